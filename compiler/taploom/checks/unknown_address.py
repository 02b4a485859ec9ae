"""TL702: a guest or a host whose address is not known, although a policy entry or a forward names it."""

from collections.abc import Iterator, Mapping

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import fixed
from taploom.passes.resolve import tags_of
from taploom.plan.guest import Mode
from taploom.plan.interfaces import outside
from taploom.spec.values import Selector

RULE = DiagnosticRule(
    "TL702",
    "address-not-known",
    Severity.WARNING,
    "If a policy entry or a forward names a guest, or a host as the sender to another host, the address of that guest "
    "or host is known.",
    "The ruleset matches addresses. It does not cover a guest with an address from the DHCP pool, or a host with a "
    "learned address: an `allow` does not let it in, and a `deny` does not keep it out.",
    "Write `ipv4: auto` in the guest's NIC, give the host's uplink a fixed address, or name the network or zone.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, dhcp: true}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\nguests:\n  web: {host: hv1, nics: {lan: {ipv4: dhcp}}}\n"
    "policy:\n  no-web: {from: web, to: dmz, deny: any}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, dhcp: true}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\nguests:\n  web: {host: hv1, nics: {lan: {ipv4: auto}}}\n"
    "policy:\n  no-web: {from: web, to: dmz, deny: any}\n",
)
_Use = tuple[str, str, str, Selector]


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for selectors that name a guest or a host whose address is not known."""
    unknown = _unknown(context)
    if not unknown:
        return
    tags = {tag: [m for m in members if m in unknown] for tag, members in tags_of(context.document).items()}
    hosts = sorted(member for member in unknown if member[0] == "host")
    names = {name for _, name in unknown}
    for section, entry, key, selector in _uses(context):
        if selector.name not in names and selector.kind not in ("tag", "hosts"):
            continue
        members = [m for m in _members(selector, unknown, tags, hosts) if key == "from" or m[0] == "guest"]
        if members:
            yield _finding(context, (section, entry, key), selector, members)


def _members(
    selector: Selector,
    unknown: set[tuple[str, str]],
    tags: Mapping[str, list[tuple[str, str]]],
    hosts: list[tuple[str, str]],
) -> list[tuple[str, str]]:
    """The guests and hosts without a known address that a selector names."""
    if selector.kind == "tag":
        return tags.get(selector.name, [])
    if selector.kind == "hosts":
        return hosts
    kinds = ("guest", "host") if selector.kind == "name" else (selector.kind,)
    return [(kind, selector.name) for kind in kinds if (kind, selector.name) in unknown]


def _finding(
    context: Context, at: tuple[str, str, str], selector: Selector, members: list[tuple[str, str]]
) -> Diagnostic:
    (section, entry, _), (kind, name) = at, members[0]
    more = f" and {len(members) - 1} more" if len(members) > 1 else ""
    what = "IPv4 address" if kind == "guest" else "address"
    message = f"`{selector.text}` does not cover {kind} `{name}`{more}, whose {what} is not known beforehand"
    span = context.document.places.item(selector.text, *at)
    hint = "write `ipv4: auto` in its NIC" if kind == "guest" else "give its uplink a fixed address"
    subject = f"{'policy' if section == 'policy' else 'forward'}/{entry}"
    return Diagnostic(RULE, message, span, hint, subject=subject)


def _unknown(context: Context) -> set[tuple[str, str]]:
    """Guests with an address from a pool and, if there are several hosts, hosts without a fixed address."""
    found = {("guest", guest.name) for guest in context.plan.guests for nic in guest.nics if nic.ipv4.mode is Mode.DHCP}
    if len(context.plan.hosts) > 1:
        for host in context.plan.hosts:
            if outside(host) and not any(True for uplink in outside(host) for _ in fixed(uplink)):
                found.add(("host", host.name))
    return found


def _uses(context: Context) -> Iterator[_Use]:
    for name, entry in sorted(context.document.policy.items()):
        yield from (("policy", name, "from", selector) for selector in entry.from_)
        yield from (("policy", name, "to", selector) for selector in entry.to)
    for name, forward in sorted(context.document.forwards.items()):
        yield from (("forwards", name, "from", selector) for selector in forward.from_)
