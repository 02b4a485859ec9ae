"""The dimensions of a frame between ports of a bridge: the dimensions of a packet, and two MACs of the sender."""

from collections.abc import Iterator

from taploom.base.address import Family
from taploom.base.frozen import dataclass
from taploom.flows.packets.packet import LEVELS
from taploom.plan.host import Bridge, Host, Port

MAC, ARP_MAC = range(LEVELS, LEVELS + 2)
"""The dimensions of the sender's MAC in the Ethernet header and of the sender's MAC within ARP."""

MACS = 1 << 48
ETHER_TYPES = ("arp", "ip", "ip6", "8021q")
"""The EtherTypes that the proof distinguishes; `8021q` stands for all other types, too."""

_GLOB = frozenset("*?[")
NOBODY = "other/"
"""The name for all interfaces that are on no bridge of the plan."""


def family_of(ether: str) -> Family:
    """The family of the addresses in a frame."""
    return Family.IPV6 if ether == "ip6" else Family.IPV4


@dataclass(frozen=True, slots=True)
class BridgePort:
    """A port of a bridge.

    Attributes:
        name: name of a declared TAP, or a pattern that stands for all undeclared interfaces that match it.
        bridge: the bridge of the plan; None for an interface that is on no bridge of the plan.
        port: the declared port in the plan; None for an undeclared interface.
    """

    name: str
    bridge: Bridge | None
    port: Port | None


def bridge_ports(host: Host) -> Iterator[BridgePort]:
    """All ports of a host: declared TAPs, patterns for undeclared interfaces, and `NOBODY`, which is on no bridge."""
    for bridge in host.bridges:
        yield from (BridgePort(port.tap, bridge, port) for port in bridge.ports)
        yield from (BridgePort(name, bridge, None) for name in _undeclared(bridge))
    yield BridgePort(NOBODY, None, None)


def _undeclared(bridge: Bridge) -> Iterator[str]:
    """The patterns by which undeclared interfaces become ports of a bridge.

    Patterns with a glob before their end are left out, since a ruleset cannot express them. The pattern `*`
    is left out, too, since it matches everything.
    """
    declared = {port.tap for port in bridge.ports}
    for pattern in bridge.taps.patterns:
        plain = not set(pattern[:-1]) & _GLOB and pattern[-1] not in "?["
        if plain and pattern != "*" and pattern not in declared:
            yield pattern
