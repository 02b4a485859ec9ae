"""TL510: guests with a larger MTU than an uplink that they use."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.flows.packets.defaults import leads_out
from taploom.plan.host import ETHERNET_MTU, Host
from taploom.plan.interfaces import HostInterface, inside, outside
from taploom.plan.policy import Action, Side, SideKind

RULE = DiagnosticRule(
    "TL510",
    "mtu-over-uplink",
    Severity.NOTE,
    "The MTU of a network is no larger than the MTU of any uplink that its guests use.",
    "The ruleset adjusts the MSS of TCP to the route. Other traffic depends on ICMP errors; if a firewall further out "
    "drops these, large UDP datagrams, tunnels and QUIC stall.",
    "Give the network the smallest MTU of these uplinks, and move guests that need a larger one to a network of their "
    "own. If the link of the uplink supports more, write that as the uplink's `mtu`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, mtu: 9000}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "policy:\n  out: {from: lan, to: internet, allow: any}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, mtu: 9000}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp, mtu: 9000}}, networks: {lan: {}}}\n"
    "policy:\n  out: {from: lan, to: internet, allow: any}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare each network with the narrowest of the uplinks that its guests use."""
    for host in context.plan.hosts:
        for here in inside(host):
            used = _used(host, here)
            narrow = min(used, key=lambda uplink: (_mtu(uplink), uplink.device), default=None)
            if narrow is not None and _mtu(here) > _mtu(narrow):
                yield _found(context, host, here, narrow, [uplink for uplink in used if _mtu(uplink) >= _mtu(here)])


def _used(host: Host, here: HostInterface) -> list[HostInterface]:
    """The uplinks that forward ports to a network, or for whose zone policy allows traffic to or from the network."""
    side = Side(SideKind.BRIDGE, here.network)
    beyond = (SideKind.OUTSIDE, SideKind.REMOTE)
    ends = [(term.ingress, term.egress) for term in host.terms if term.action is Action.ALLOW]
    zones = {one.name for pair in ends for one, other in (pair, pair[::-1]) if other == side and one.kind in beyond}
    forwarded = {
        name for dnat_entry in host.dnat_entries if dnat_entry.network == here.network for name in dnat_entry.uplinks
    }
    return [uplink for uplink in outside(host) if uplink.zone in zones or uplink.device in forwarded]


def _mtu(link: HostInterface) -> int:
    return link.mtu or ETHERNET_MTU


def _found(
    context: Context, host: Host, here: HostInterface, narrow: HostInterface, wide: list[HostInterface]
) -> Diagnostic:
    places = context.document.places
    mine, theirs = _mtu(here), _mtu(narrow)
    hint = f"write `mtu: {theirs}` in the network"
    if wide:
        hint += f", or give guests that need {mine} through `{wide[0].device}` a network of their own"
    elif not any(leads_out(narrow, family) for family in FAMILIES):
        hint = f"write `mtu: {mine}` in the uplink if its link supports that, or `mtu: {theirs}` in the network"
    label = Label(places.span("hosts", host.name, "uplinks", narrow.device, "mtu"), f"{theirs} here")
    message = f"network `{here.network}` has MTU {mine}, and uplink `{narrow.device}` has {theirs}"
    span = places.span("networks", here.network, "mtu")
    return Diagnostic(RULE, message, span, hint, (label,), subject=f"network/{here.network}")
