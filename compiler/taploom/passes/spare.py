"""Fifth pass: exempts packets to a host of the site from source NAT, if the host can answer the sender without it.

A host can answer if a static route of its own leads back to the network by an uplink in the zone from which the packets
come in. If the destination address is that of an uplink in this zone, the route must lead by that same uplink, since
the host accepts the network's packets only there. A default route does not count: it may lead anywhere, and the
host drops packets from an address of the site to which only a default route leads.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from taploom.base.address import Prefix, prefix_of
from taploom.base.frozen import dataclass
from taploom.passes.equip import Equipment
from taploom.passes.remotes import InterfacesByPrefix, interfaces_by_prefix
from taploom.passes.selections import minimal
from taploom.plan.interfaces import outside
from taploom.plan.policy import SourceNat


@dataclass(frozen=True, slots=True)
class _HostAddress:
    """A fixed address of a host, and the uplinks by which packets from one zone to this address come in."""

    host: str
    address: Prefix
    arriving: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Known:
    """The routes of all hosts, by which replies go back.

    Attributes:
        addresses: fixed addresses of hosts that have a route, by the route's destination and the zone of its uplink.
        routes: routes by prefix, for each host.
    """

    addresses: Mapping[tuple[Prefix, str], set[_HostAddress]]
    routes: Mapping[str, InterfacesByPrefix]

    def answering(self, network: Prefix, zone: str) -> Iterator[_HostAddress]:
        """The addresses whose hosts accept packets from the whole network at an uplink where these packets arrive."""
        around = (prefix_of(network.first, length) for length in range(1, network.length + 1))
        found = {place for prefix in around for place in self.addresses.get((prefix, zone), ())}
        for place in found:
            parts = self.routes[place.host].remotes((network,))
            if all(place.arriving.intersection(part.uplinks) for part in parts):
                yield place


def spare(equipment: Mapping[str, Equipment]) -> Mapping[str, Equipment]:
    """The equipment; each `SourceNat.spared` now holds the destinations to which that source NAT does not apply."""
    addresses: dict[tuple[Prefix, str], set[_HostAddress]] = {}
    for host, own in equipment.items():
        zones = {interface.device: interface.zone for interface in outside(own)}
        for to, zone in {(r.to, zones[r.device]) for r in own.routes if r.to.length and r.device in zones}:
            here = (place for place in _addresses(host, own, zone) if place.address.family is to.family)
            addresses.setdefault((to, zone), set()).update(here)
    known = _Known(addresses, {host: interfaces_by_prefix(own) for host, own in equipment.items()} if addresses else {})
    return {host: _spared(host, own, known) for host, own in equipment.items()} if addresses else equipment


def _addresses(host: str, own: Equipment, zone: str) -> Iterator[_HostAddress]:
    within = frozenset(interface.device for interface in outside(own) if interface.zone == zone)
    for interface in outside(own):
        arriving = within & {interface.device} or within
        yield from (_HostAddress(host, fixed.address.prefix, arriving) for fixed in interface.fixed)


def _spared(host: str, own: Equipment, known: _Known) -> Equipment:
    zones = {interface.device: interface.zone for interface in outside(own)}
    nat = (
        _with(source_nat, known.answering(source_nat.source, zones[source_nat.uplink]), host) for source_nat in own.nat
    )
    return replace(own, nat=tuple(nat))


def _with(source_nat: SourceNat, found: Iterable[_HostAddress], host: str) -> SourceNat:
    others = minimal(place.address for place in found if place.host != host)
    return replace(source_nat, spared=others) if others else source_nat
