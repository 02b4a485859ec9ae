"""The dimensions of a packet, in the order in which diagrams cut them.

Destination, protocol and port come first, since a destination translation changes no other dimension. So a walk from
the top of a diagram finds the part for the new destination, with the source below. Family, interfaces and state of the
connection are not dimensions: each combination of their values has its own map.
"""

from typing import NamedTuple

from taploom.base.address import Address, Family
from taploom.base.protocol import NUMBERS, PORT_PROTOCOLS
from taploom.flows.algebra.diagram import Box
from taploom.flows.algebra.spans import Spans, common
from taploom.flows.packets.learned import is_learned

DESTINATION, PROTOCOL, PORT, SOURCE, SENDER_PORT, HOP_LIMIT, TIME = range(7)
"""PORT is the destination port, or the type of an ICMP message, or else 0. TIME is a phase of `Clock`."""

LEVELS = 7
WHOLE: Box = (None,) * LEVELS
ICMP = {Family.IPV4: NUMBERS["icmp"], Family.IPV6: NUMBERS["icmpv6"]}
WITH_PORTS: Spans = tuple((n, n) for n in sorted(NUMBERS[name] for name in PORT_PROTOCOLS))
NAMES = {number: name for name, number in NUMBERS.items()}
LAST_PORT, LAST_TYPE = 65535, 255


def sizes(family: Family, learned: int, phases: int) -> tuple[int, ...]:
    """Number of values of each dimension.

    Args:
        family: IP version.
        learned: number of the host's learned addresses; each is one value after the real addresses (see `learned`).
        phases: number of phases of time.
    """
    addresses = 1 << family.bits
    return (addresses + learned, 256, 65536, addresses, 65536, 256, phases)


def box(**columns: Spans) -> Box:
    """The box with the given sets in the named dimensions, and all values in the other dimensions."""
    found: list[Spans | None] = [None] * LEVELS
    for name, spans in columns.items():
        found[_BY_NAME[name]] = spans
    return tuple(found)


_BY_NAME = {
    "destination": DESTINATION,
    "protocol": PROTOCOL,
    "port": PORT,
    "source": SOURCE,
    "sender_port": SENDER_PORT,
    "hop_limit": HOP_LIMIT,
    "time": TIME,
}


def meet(one: Box, other: Box) -> Box | None:
    """The intersection of two boxes; None if it is empty."""
    if one is WHOLE:
        return other
    if other is WHOLE:
        return one
    found: list[Spans | None] = []
    for a, b in zip(one, other, strict=True):
        if a is None or b is None:
            found.append(b if a is None else a)
            continue
        both = a if a is b else common(a, b)
        if not both:
            return None
        found.append(both)
    return tuple(found)


def types(first: int, last: int) -> Spans:
    """A range of ICMP types in the dimension PORT, which has 65536 values; a range to 255 extends to 65535."""
    return ((first, LAST_PORT if last >= LAST_TYPE else last),)


class Packet(NamedTuple):
    """One packet: a family, and a point in the dimensions of this module."""

    family: Family
    point: tuple[int, ...]

    @property
    def protocol(self) -> str:
        """The name of the protocol, or its number as text if it has no name."""
        return NAMES.get(self.point[PROTOCOL], str(self.point[PROTOCOL]))

    @property
    def source(self) -> Address:
        """The source address."""
        return Address(self.family, self.point[SOURCE])

    @property
    def destination(self) -> Address | None:
        """The destination address; None for a learned address of the host."""
        value = self.point[DESTINATION]
        return Address(self.family, value) if not is_learned(value, self.family) else None

    def __str__(self) -> str:
        port, protocol = self.point[PORT], self.point[PROTOCOL]
        what = self.protocol
        if any(first == protocol for first, _ in WITH_PORTS):
            what = f"{what}/{port} from port {self.point[SENDER_PORT]}"
        elif protocol == ICMP[self.family]:
            what = f"{what}/{port}"
        return f"{self.source} → {self.destination or 'the learned address'} {what}"
