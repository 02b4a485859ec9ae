"""TL510: guests that send larger packets than the uplink takes."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.rule import Rule, Severity
from taploom.checks.context import Context
from taploom.plan.host import ETHERNET_MTU

RULE = Rule(
    "TL510",
    "mtu-over-uplink",
    Severity.NOTE,
    "The MTU of a network is no larger than that of its host's uplinks.",
    "TCP is fitted to the route by the ruleset; anything else hangs on ICMP errors that a firewall further out may "
    "drop: large UDP datagrams, tunnels and QUIC then stall.",
    "Give the network the smallest MTU of the uplinks.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, mtu: 9000}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, mtu: 9000}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp, mtu: 9000}}, networks: {lan: {}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare bridges with the narrowest uplink."""
    places = context.document.places
    for host in context.plan.hosts:
        if not host.uplinks:
            continue
        narrow = min(host.uplinks, key=lambda uplink: (uplink.mtu or ETHERNET_MTU, uplink.name))
        for bridge in host.bridges:
            mine, theirs = bridge.mtu or ETHERNET_MTU, narrow.mtu or ETHERNET_MTU
            if mine > theirs:
                span = places.span("networks", bridge.network, "mtu")
                label = Label(places.span("hosts", host.name, "uplinks", narrow.name, "mtu"), f"{theirs} here")
                message = f"network `{bridge.network}` has MTU {mine}, and uplink `{narrow.name}` has {theirs}"
                hint = f"write `mtu: {theirs}` in the network"
                yield Diagnostic(RULE, message, span, hint, (label,), subject=f"network/{bridge.network}")
