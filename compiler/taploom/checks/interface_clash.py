"""TL504: two interfaces of one name on a host."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.base.span import Span
from taploom.checks.context import Context
from taploom.plan.host import Host
from taploom.plan.interfaces import outside

RULE = DiagnosticRule(
    "TL504",
    "interface-name-clash",
    Severity.ERROR,
    "On one host every uplink, bridge and TAP has a name of its own; names that taploom derives count, too.",
    "The kernel allows one interface per name: the second interface is not created, or a guest is attached in the "
    "place of another. An uplink with the name of a bridge would become a member of itself.",
    "Rename one of the two with `bridge:` in the host's network or `tap:` in the guest's NIC. taploom never changes a "
    "derived name to resolve a clash, since that would rename the interface of a running guest.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {br0: {zone: internet, ipv4: dhcp}}, networks: {lan: {bridge: br0}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {bridge: br0}}}\n",
)
_Named = tuple[str, str, str, Span, str]


def check(context: Context) -> Iterator[Diagnostic]:
    """Report each interface name that a host has twice."""
    for host in context.plan.hosts:
        first: dict[str, _Named] = {}
        for named in _interfaces(context, host):
            before = first.setdefault(named[0], named)
            if before is not named:
                name, what, subject, span, hint = named
                label = Label(before[3], f"the {before[1]}")
                message = f"`{name}` is the name of the {what} and of the {before[1]} on host `{host.name}`"
                yield Diagnostic(RULE, message, span, hint, (label,), subject=subject)


def _interfaces(context: Context, host: Host) -> Iterator[_Named]:
    """The name, description, subject, place and hint of every interface."""
    places, subject = context.document.places, f"host/{host.name}"
    for uplink in outside(host):
        span = places.key("hosts", host.name, "uplinks", uplink.device)
        yield uplink.device, f"uplink in zone `{uplink.zone}`", subject, span, "rename the other"
    for bridge in host.bridges:
        span = places.span("hosts", host.name, "networks", bridge.network, "bridge")
        what = f"bridge of network `{bridge.network}`"
        yield bridge.device, what, subject, span, "name the bridge with `bridge`"
    for bridge in host.bridges:
        for port in bridge.ports:
            span = places.span("guests", port.guest, "nics", bridge.network, "tap")
            what = f"TAP of guest `{port.guest}` on `{bridge.network}`"
            yield port.tap, what, f"guest/{port.guest}", span, "name the TAP with `tap`"
