"""Picks an example packet for a part of a difference.

Its ends are known machines if possible, else addresses outside the site, else any address that a machine can have. An
example has multicast, broadcast and reserved addresses only if the part has no others.
"""

from collections.abc import Iterable
from typing import NamedTuple

from taploom.base.address import Address, Family
from taploom.base.frozen import dataclass
from taploom.base.memo import memo
from taploom.base.protocol import NUMBERS
from taploom.diff.labels import AddressLabels
from taploom.diff.packet_sets import PacketSet
from taploom.diff.relation import HostPair
from taploom.diff.verdicts import Example
from taploom.flows.algebra.spans import Spans, holds, without
from taploom.flows.packets.forwarding import SELF
from taploom.flows.packets.learned import is_learned, learned
from taploom.flows.packets.packet import ICMP, NAMES, WITH_PORTS
from taploom.flows.proof.packet_path import MapContext
from taploom.plan.host import Host

_OUTSIDERS = {Family.IPV4: 0xC6336407, Family.IPV6: 0x20010DB8FFFF0000_0000000000000007}
"""Example addresses outside the site: 198.51.100.7 and 2001:db8:ffff::7 (RFC 5737, RFC 3849)."""
_CLIENT_PORT = 40000
_PORTS = (443, 22, 80)


class Sample(NamedTuple):
    """An example packet with the oddness of its destination and source: 0 or less if usual, above 0 if odd."""

    example: Example
    oddness: tuple[int, int]


class _Picked(NamedTuple):
    """An address and its oddness, as in `Sample`."""

    value: int
    oddness: int


@dataclass(frozen=True)
class Sampler:
    """Picks example packets of one context."""

    pair: HostPair
    context: MapContext
    host: Host
    names: tuple[AddressLabels, AddressLabels]

    def sample(self, part: PacketSet, side: int, *, exposed: bool) -> Sample:
        """A typical packet of the part: between known guests or from outside, with a usual port."""
        outsider = _OUTSIDERS[self.pair.family]
        destination = self._known(part.destinations, side)
        from_outside = exposed and holds(part.sources, outsider)
        source = _Picked(outsider, -1) if from_outside else self._sender(part.sources, side, destination.value)
        protocol, port = _usual(part.services, self.pair.family)
        has_ports = holds(WITH_PORTS, protocol)
        example = Example(
            self.host.name,
            self.context.ingress,
            NAMES.get(protocol, str(protocol)),
            self.address(source.value),
            _preferred(part.sender_ports, (_CLIENT_PORT,)) if has_ports else 0,
            self.address(destination.value),
            port if has_ports or protocol == ICMP[self.pair.family] else 0,
        )
        return Sample(example, (destination.oddness, source.oddness))

    def _sender(self, spans: Spans, side: int, destination: int) -> _Picked:
        """A known address of a set of senders; for the host itself, one of its own addresses."""
        forwarding = self.pair.forwardings[side]
        if self.context.ingress == SELF and forwarding:
            own = (address.value for found in forwarding.addresses.values() for address in found)
            return _Picked(_preferred(spans, (*own, *(first for first, _ in forwarding.own))), 0)
        return self._known(spans, side, destination)

    @memo
    def _known(self, spans: Spans, side: int, other: int = -1) -> _Picked:
        """A known address of a set, if possible not `other`; cached, because many parts differ only in ports."""
        names, family = self.names[side], self.pair.family
        spans = without(spans, ((other, other),)) or spans
        guest = names.guest_in(spans)
        if guest is not None:
            return _Picked(guest, 0)
        hosts = (*names.hosts_in(spans), *learned(spans, family))
        ranked = ((0, _OUTSIDERS[family]), *((1, value) for value in hosts))
        for oddness, value in ranked:
            if holds(spans, value):
                return _Picked(value, oddness)
        usable = without(spans, names.machineless)
        first, last = max(usable or spans, key=lambda span: span[1] - span[0])
        return _Picked(first, 2 if usable else 3) if first == last else _Picked(first + 1, 2 if usable else 3)

    @memo
    def address(self, value: int) -> str:
        """An address in words."""
        if is_learned(value, self.pair.family):
            uplink = next(name for name, number in self.pair.learned.items() if number == value)
            return f"the address of {self.host.name}/{uplink}"
        return str(Address(self.pair.family, value))


def _preferred(spans: Spans, wanted: Iterable[int]) -> int:
    if len(spans) == 1 and spans[0][0] == spans[0][1]:
        return spans[0][0]
    return next((value for value in wanted if holds(spans, value)), spans[0][0])


def _usual(services: tuple[tuple[Spans, Spans], ...], family: Family) -> tuple[int, int]:
    protocols, ports = services[0]
    protocol = _preferred(protocols, (NUMBERS["tcp"], NUMBERS["udp"], ICMP[family]))
    wanted = (8, 128) if protocol == ICMP[family] else _PORTS
    return protocol, _preferred(ports, wanted)
