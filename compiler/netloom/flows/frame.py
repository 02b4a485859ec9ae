"""The dimensions of a frame between the ports of a bridge: those of a packet, and four more."""

from dataclasses import dataclass
from functools import cached_property

from netloom.base.address import Family
from netloom.flows.packet import LEVELS
from netloom.flows.spans import Spans, single, united
from netloom.plan.host import Bridge, Host

ENTRY, EXIT, MAC, ARP_MAC = range(LEVELS, LEVELS + 4)
"""The ports that it comes in and leaves by, as numbers; the sender's MAC, in the frame and within ARP."""

MACS = 1 << 48
ETHER_TYPES = ("arp", "ip", "ip6", "8021q")
"""The last one stands for all that is none of the others."""

_GLOB = frozenset("*?[")


def family_of(ether: str) -> Family:
    """The family of the addresses in a frame."""
    return Family.IPV6 if ether == "ip6" else Family.IPV4


@dataclass(frozen=True)
class Ports:
    """The ports of a host's bridges by number: those that guests declare, those that globs let in, and all others.

    What a glob lets in besides the declared ports is one port, named by the glob itself.
    """

    host: Host

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names, by number; the last one is that of no port of ours."""
        known = {name for bridge in self.host.bridges for name in (*self.declared(bridge), *self.strangers(bridge))}
        return (*sorted(known), "other/")

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.names)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.names)}

    def declared(self, bridge: Bridge) -> tuple[str, ...]:
        """The ports of a bridge's guests."""
        return tuple(port.tap for port in bridge.ports)

    def strangers(self, bridge: Bridge) -> tuple[str, ...]:
        """What the patterns of a bridge let in besides; a glob within a name is nothing that a ruleset can say."""
        declared = set(self.declared(bridge))
        plain = (name for name in bridge.taps.patterns if not set(name[:-1]) & _GLOB and name[-1] not in "?[")
        return tuple(name for name in plain if name not in declared and name != "*")

    def number(self, name: str) -> Spans:
        """One port."""
        found = self._numbers.get(name)
        return () if found is None else (single(found),)

    def heads(self, head: str) -> Spans:
        """All ports whose names begin so."""
        return united(single(number) for name, number in self._numbers.items() if name.startswith(head))

    def of(self, names: tuple[str, ...]) -> Spans:
        """Several ports."""
        return united(single(self._numbers[name]) for name in names)
