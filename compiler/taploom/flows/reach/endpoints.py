"""Parses the texts of a question about reachability: its sending end, its receiving end, and its service."""

from dataclasses import replace

from taploom.base.address import AddressError, parse_prefix
from taploom.base.frozen import dataclass
from taploom.base.names import closest
from taploom.base.protocol import NUMBERS
from taploom.flows.packets.packet import LAST_PORT, LAST_TYPE
from taploom.flows.proof.intent.site_index import Selection, SiteIndex
from taploom.flows.reach.leased import leased
from taploom.plan.interfaces import outside
from taploom.plan.policy import Service
from taploom.plan.services import BUILT_IN, ICMP_TYPES, PORT_PROTOCOLS

KINDS = ("zone", "network", "host", "guest", "tag", "address")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The sending or receiving end of a question.

    Attributes:
        text: the text that the user wrote.
        selection: the addresses and zones that the text selects.
        uplink: the host and the uplink if the text means the address of an uplink; else None.
    """

    text: str
    selection: Selection
    uplink: tuple[str, str] | None = None


class UnknownEndError(ValueError):
    """The error for a text that selects nothing in the site; the message is a sentence for the user."""


def end_of(index: SiteIndex, text: str) -> Endpoint:
    """The endpoint that a text means: any selector of policy, or `HOST/UPLINK` for the address of an uplink.

    Raises:
        UnknownEndError: the site has no object with that name, or the text is a malformed address.
    """
    kind, slash, name = text.partition("/")
    if ":" in text or text[:1].isdigit():
        try:
            parse_prefix(text)
        except AddressError as error:
            raise UnknownEndError(str(error)) from None
    elif slash and kind in index.hosts and kind not in KINDS:
        if all(each.device != name for each in outside(index.hosts[kind])):
            raise UnknownEndError(f"host `{kind}` has no uplink `{name}`")
        return Endpoint(text, Selection(), (kind, name))
    elif text not in ("any", "hosts") and not known(index, text):
        raise UnknownEndError(f"the site has no `{text}`: {_meant(index, text)}")
    return Endpoint(text, _whole(index, text))


def _meant(index: SiteIndex, text: str) -> str:
    whole = (f"{kind}/{name}" for name, kind in index.kinds.items())
    near = closest(text.lower(), ("any", "hosts", *index.kinds, *whole))
    if near is None and "." in text:
        return "taploom does not resolve DNS names; give an address or a prefix"
    return f"did you mean `{near}`?" if near else "`taploom graph` shows the objects of the site"


def _whole(index: SiteIndex, text: str) -> Selection:
    """The selection that a text means; guests without a known address have all addresses of their DHCP pool."""
    found = index.selection([text])
    pools = list(leased(index, text))
    if not pools:
        return found
    guests = {network: list(known) for network, known in found.guests.items()}
    for pool in pools:
        guests.setdefault(pool.network, []).extend(pool.prefixes)
    return replace(found, guests=guests)


def services_of(index: SiteIndex, text: str) -> tuple[Service, ...] | None:
    """The services that a text means; None for all protocols.

    Raises:
        UnknownEndError: the text is not a service; the message suggests a similar one.
    """
    protocol, slash, rest = text.partition("/")
    if not text or text in BUILT_IN or text in {entry.name for entry in index.plan.services}:
        return index.services([text or "any"])
    numbers = rest.split("-", 1)
    ports = all(n.isascii() and n.isdigit() and len(n) < 6 and int(n) <= LAST_PORT for n in numbers)
    ports = ports and int(numbers[0]) <= int(numbers[-1])
    if protocol in PORT_PROTOCOLS and (ports or not slash):
        return index.services([text])
    if protocol in ICMP_TYPES and (
        not slash or rest in ICMP_TYPES[protocol] or (ports and int(numbers[-1]) <= LAST_TYPE and len(numbers) == 1)
    ):
        return index.services([text])
    if protocol in NUMBERS and not slash:
        return index.services([text])
    near = closest(text, (*BUILT_IN, *(entry.name for entry in index.plan.services), *PORT_PROTOCOLS, *NUMBERS))
    meant = f"did you mean `{near}`?" if near else "such as https, or PROTOCOL/PORT as in tcp/443"
    raise UnknownEndError(f"`{text}` is not a service: {meant}")


def known(index: SiteIndex, text: str) -> bool:
    """Whether the site has an entry with this name or this `kind/name`."""
    kind, slash, name = text.partition("/")
    plan = index.plan
    sections = {
        "zone": {zone.name for zone in plan.zones},
        "network": set(index.networks),
        "host": set(index.hosts),
        "guest": set(index.nics),
        "address": {entry.name for entry in plan.addresses},
        "tag": set(index.tagged),
    }
    return name in sections[kind] if slash and kind in sections else not slash and text in index.kinds
