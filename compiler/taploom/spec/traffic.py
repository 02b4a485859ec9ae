"""Parsers of the values in policy entries and forwards: ports, services, selectors, limits and dates."""

import datetime
import re

from taploom.base.address import Family, parse_prefix
from taploom.base.names import closest, is_name
from taploom.plan.policy import Limit, Service
from taploom.plan.services import BUILT_IN, ICMP_TYPES, PORT_PROTOCOLS, PROTOCOLS
from taploom.spec.mention import Mention, qualified, whole
from taploom.spec.named import SELECTORS, name_hint
from taploom.spec.scalars import InvalidError, ScalarParser, string_schema
from taploom.spec.shown import visible
from taploom.spec.values import PoolRange, PortRange, Selector, ServiceRef

ANY = "any"
KINDS = ("zone", "network", "host", "guest", "tag", "address")
LATEST = 2**63 // 10**9
"""The last second, in April 2262, that the kernel's signed nanoseconds can hold (`meta time` of nft(8))."""
RATE_UNITS = ("second", "minute", "hour", "day")


def read_port_range(text: str) -> PortRange:
    """A port such as `80`, or a range such as `5000-5010`."""
    first, dash, last = text.partition("-")
    ends = (first, last if dash else first)
    if not all(end.isascii() and end.isdigit() and len(end) <= 5 and 0 < int(end) <= 65535 for end in ends):
        raise InvalidError(
            f"`{visible(text)}` is not a port", "a port is a number from 1 to 65535; write a range as `5000-5010`"
        )
    low, high = int(ends[0]), int(ends[1])
    if low > high:
        raise InvalidError(f"`{visible(text)}` runs backwards", f"write `{high}-{low}`")
    return PortRange(low, high)


def read_literal(text: str) -> tuple[Service, ...]:
    """The service of a literal such as `tcp/443`, `udp/5000-5010`, `icmp/echo-request` or `esp`."""
    protocol, slash, rest = text.partition("/")
    if protocol in PORT_PROTOCOLS:
        if not slash:
            return (Service(protocol, 0, 65535),)
        if hint := _no_ports(protocol, rest):
            raise InvalidError(f"`{visible(text)}` is not a service", hint)
        ports = read_port_range(rest)
        return (Service(protocol, ports.first, ports.last),)
    if protocol in ICMP_TYPES:
        return (_icmp(protocol, rest if slash else ""),)
    if protocol in PROTOCOLS and not slash:
        return (Service(protocol, 0, 65535),)
    if hint := _ports_alone(text):
        raise InvalidError(f"`{visible(text)}` is not a service", hint)
    known = (*PORT_PROTOCOLS, *ICMP_TYPES, *PROTOCOLS)
    near = closest(protocol, known)
    raise InvalidError(
        f"`{visible(text)}` is not a service",
        f"did you mean `{near}{slash}{visible(rest)}`?"
        if near and near not in PROTOCOLS
        else "such as `tcp/443`, `udp/5000-5010` or a service's name",
    )


def _no_ports(protocol: str, rest: str) -> str:
    """The hint for a form of other tools, such as `tcp/any`, `tcp/http` or `tcp/80,443`; "" for all other texts."""
    if rest in (ANY, "all", "*"):
        return f"write `{protocol}`, which is all of its ports"
    if rest in BUILT_IN and rest != ANY:
        return f"write `{rest}`"
    parts = rest.split(",")
    if len(parts) > 1 and all(re.fullmatch(r" *[0-9]{1,5}(-[0-9]{1,5})? *", part) for part in parts):
        return f"write a list: `[{', '.join(f'{protocol}/{part.strip()}' for part in parts)}]`"
    return ""


def _ports_alone(text: str) -> str:
    """The hint for a form of other tools, such as `443`, `443/tcp`, `tcp:443` or `8443:443`; "" for all other texts."""
    if found := re.fullmatch(r"([0-9]{1,5}(?:-[0-9]{1,5})?)(?:/([a-z]+))?", text):
        ports, protocol = found.groups()
        if protocol is None:
            return f"write the protocol too: `tcp/{ports}` or `udp/{ports}`"
        return f"write `{protocol}/{ports}`" if protocol in PORT_PROTOCOLS else ""
    if found := re.fullmatch(r"([a-z]+)[+,&|]([a-z]+)/([0-9]{1,5}(?:-[0-9]{1,5})?)", text):
        both = found[1], found[2]
        return (
            f"write a list: `[{', '.join(f'{one}/{found[3]}' for one in both)}]`"
            if {*both} <= {*PORT_PROTOCOLS}
            else ""
        )
    if found := re.fullmatch(r"([a-z]+):([0-9]{1,5})", text):
        return f"write `{found[1]}/{found[2]}`" if found[1] in PORT_PROTOCOLS else ""
    if found := re.fullmatch(r"([0-9]{1,5}):([0-9]{1,5})(?:/(tcp|udp))?", text):
        return f"write `ports: {found[3] or 'tcp'}/{found[1]}` and `to-port: {found[2]}`"
    return ""


def _icmp(protocol: str, kind: str) -> Service:
    types = ICMP_TYPES[protocol]
    if not kind:
        return Service(protocol, 0, 255)
    if kind in types:
        return Service(protocol, types[kind], types[kind])
    if kind.isascii() and kind.isdigit() and len(kind) <= 3 and int(kind) <= 255:
        return Service(protocol, int(kind), int(kind))
    near = closest(kind, types)
    raise InvalidError(
        f"`{visible(kind)}` is not a type of {protocol}",
        f"did you mean `{near}`?" if near else "a name, or a number from 0 to 255",
    )


def read_service(text: str) -> ServiceRef:
    """A literal, `any`, or the name of a service."""
    if "/" in text or text in PROTOCOLS or text in PORT_PROTOCOLS or text in ICMP_TYPES:
        return ServiceRef(text, read_literal(text))
    if not is_name(text):
        known = (*BUILT_IN, *PORT_PROTOCOLS, *ICMP_TYPES, *PROTOCOLS)
        near = ANY if text == "*" else closest(text.lower(), known)
        hint = f"did you mean `{near}`?" if near else "such as `https` or `tcp/443`"
        raise InvalidError(f"`{visible(text)}` is not a service", _ports_alone(text) or hint)
    return ServiceRef(text, None)


def read_selector(text: str) -> Selector:
    """`any`, `hosts`, a name, `kind/name`, or a prefix."""
    if text in SELECTORS:
        return Selector(text, "", None, text)
    if ":" in text or text[:1].isdigit():
        return Selector("prefix", "", parse_prefix(text), text)
    kind, slash, name = text.partition("/")
    if not slash:
        if not is_name(text):
            raise InvalidError(f"`{visible(text)}` is neither a name nor a prefix", _no_selector(text))
        return Selector("name", text, None, text)
    if kind not in KINDS:
        near = closest(kind, KINDS)
        raise InvalidError(
            f"`{visible(kind)}` is not a kind of selector",
            f"did you mean `{near}/{visible(name)}`?" if near else f"one of {', '.join(KINDS)}",
        )
    if not is_name(name):
        raise InvalidError(f"`{visible(name)}` is not a name")
    return Selector(kind, name, None, text)


def _selected(text: str) -> tuple[Mention, ...]:
    return qualified(text) or (Mention(tuple(kind for kind in KINDS if kind != "tag"), text, 0),)


def _no_selector(text: str) -> str:
    """The hint for a selector in a form of other tools, such as `*` or `!web`, or for a misspelt name such as `Web`."""
    if text == "*":
        return f"did you mean `{ANY}`?"
    if re.fullmatch(r"(?i)[a-z0-9_-]+(\.[a-z0-9_-]+)+\.?", text):
        return "taploom does not resolve DNS names: list the prefixes under `addresses`, and name that entry"
    if text.startswith(("!", "not ")):
        return "a selector has no exceptions: allow everything, and `deny` the exception in an entry of its own"
    return name_hint(text)


def read_limit(text: str) -> Limit:
    """A limit such as `10/second`, optionally with a burst: `10/second burst 20`."""
    words = text.split()
    rate, slash, unit = words[0].partition("/") if words else ("", "", "")
    burst = words[2] if len(words) == 3 and words[1] == "burst" else "" if len(words) == 1 else "?"
    numbers = all(n.isascii() and n.isdigit() and len(n) < 8 and int(n) > 0 for n in (rate, burst or "5"))
    if not (slash and numbers and unit in RATE_UNITS):
        long = next((name for name in RATE_UNITS if unit and name.startswith(unit)), "")
        hint = f"write `{rate}/{long}`" if long and numbers else "such as `10/second` or `10/second burst 20`"
        raise InvalidError(f"`{visible(text)}` is not a limit", hint)
    return Limit(int(rate), unit, int(burst or "5"))


def read_expiry(text: str) -> int:
    """A day or a moment, as seconds since the epoch; a day lasts until its end in UTC."""
    end = _moment(text)
    if not 0 < end < LATEST:
        raise InvalidError(f"`{visible(text)}` is not a date that a kernel supports", "between 1970 and 2261")
    return end


def _moment(text: str) -> int:
    try:
        if len(text) == 10:
            day = datetime.date.fromisoformat(text)
            end = datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC) + datetime.timedelta(days=1)
            return int(end.timestamp())
        moment = datetime.datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise InvalidError(
            f"`{visible(text)}` is not a date", "such as `2027-01-31` or `2027-01-31T18:00:00Z`"
        ) from None
    if moment.tzinfo is None:
        raise InvalidError(f"`{visible(text)}` does not say its time zone", f"write `{visible(text)}Z` for UTC")
    return int(moment.timestamp())


def read_pool(text: str) -> PoolRange:
    """A range of IPv4 addresses such as `10.0.0.100-10.0.0.199`; the end can be abbreviated: `10.0.0.100-199`."""
    first, dash, last = text.partition("-")
    if dash and "." not in last and "." in first:
        last = f"{first.rsplit('.', 1)[0]}.{last}"
    low, high = parse_prefix(first.strip()).first, parse_prefix((last if dash else first).strip()).first
    if low.family is not Family.IPV4 or high.family is not Family.IPV4 or "/" in text:
        raise InvalidError(f"`{visible(text)}` is not a range of IPv4 addresses", "such as `10.0.0.100-10.0.0.199`")
    if low.value > high.value:
        raise InvalidError(f"`{visible(text)}` runs backwards", f"write `{high}-{low}`")
    return PoolRange(low, high)


PORT_RANGE = ScalarParser(read_port_range, "a port or a range of ports", {"type": ["integer", "string"]})
SERVICE = ScalarParser(
    read_service,
    "a service such as https or tcp/443",
    string_schema(examples=["https", "tcp/443"]),
    whole("service"),
)
SELECTOR = ScalarParser(
    read_selector,
    "a selector such as a name, `tag/web`, `any` or a prefix",
    string_schema(examples=["any"]),
    _selected,
)
LIMIT = ScalarParser(read_limit, "a limit such as 10/second", string_schema(examples=["10/second"]))
EXPIRY = ScalarParser(read_expiry, "a date such as 2027-01-31", string_schema(examples=["2027-01-31"]))
POOL = ScalarParser(read_pool, "a range such as 10.0.0.100-10.0.0.199", string_schema())
