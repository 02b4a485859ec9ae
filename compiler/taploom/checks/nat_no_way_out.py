"""TL607: a network with `nat` whose host has no uplink of the family to translate."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES
from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import word
from taploom.plan.host import Host
from taploom.plan.interfaces import HostInterface, inside, outside
from taploom.plan.site import Network

RULE = DiagnosticRule(
    "TL607",
    "nat-without-uplink",
    Severity.WARNING,
    "The host of a network with `nat` has an uplink of a family that `nat` translates.",
    "Guests cannot reach anything outside, although the spec promises that they can.",
    "Give the host's uplink an address of the family, or drop `nat`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, nat: true}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv6: ra}}, networks: {lan: {}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, nat: true}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}, networks: {lan: {}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for networks with `nat` but without a NAT entry on their host; a NAT entry for one family is enough."""
    networks = {network.name: network for network in context.plan.networks}
    for host in () if context.broken("hosts") else context.plan.hosts:
        translated = {entry.network for entry in host.nat}
        for here in inside(host):
            network = networks[here.network]
            if (network.nat4 or network.nat6) and here.network not in translated:
                yield _finding(context, host, here, network)


def _finding(context: Context, host: Host, here: HostInterface, network: Network) -> Diagnostic:
    wanted = [family for family, nat in zip(FAMILIES, (network.nat4, network.nat6), strict=True) if nat]
    keys = " or ".join(word(family) for family in wanted)
    lacks = f"no uplink of host `{host.name}` has {keys}" if outside(host) else f"host `{host.name}` has no uplink"
    span = context.document.places.span("networks", here.network, "nat")
    message = f"`nat` of network `{here.network}` has no way out: {lacks}"
    hint = "add the family to an uplink, or drop `nat`"
    return Diagnostic(RULE, message, span, hint, subject=f"network/{network.name}")
