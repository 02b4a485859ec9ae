"""Finds the ingress interfaces and possible destinations, at one host, of the packets in a question."""

from collections.abc import Iterator, Mapping

from taploom.base.address import Family, everything, in_family
from taploom.base.frozen import dataclass
from taploom.flows.algebra.spans import Interval, Spans, common, of_prefix, single, united, without
from taploom.flows.packets.defaults import ON_LINK, metric_of, route_metric
from taploom.flows.packets.forwarding import SELF, Forwarding
from taploom.flows.packets.learned import every
from taploom.flows.proof.intent.essentials import never
from taploom.flows.proof.intent.interface_view import InterfaceView
from taploom.flows.proof.intent.site_index import fixed_of, prefix_in
from taploom.flows.reach.endpoints import Endpoint
from taploom.plan.host import Fixed
from taploom.plan.interfaces import outside
from taploom.plan.policy import NatKind
from taploom.plan.site import Network


def members(network: Network, family: Family) -> Spans:
    """The addresses that a question about a network includes: all except gateway, network and broadcast address.

    On a /31 or /127, both addresses are those of interfaces (RFC 3021, RFC 6164).
    """
    interface = in_family(network, family)
    if interface is None:
        return ()
    first, last = of_prefix(interface.prefix)
    ends = [single(first), *([single(last)] if family is Family.IPV4 else [])]
    nobody = [single(interface.address.value), *(ends if interface.length < family.bits - 1 else [])]
    return without(((first, last),), united(nobody))


@dataclass(frozen=True, slots=True)
class Place:
    """The look-ups at one host, in one family, for the ends of a question."""

    view: InterfaceView

    @property
    def forwarding(self) -> Forwarding:
        """The host's addresses and routes."""
        return self.view.forwarding

    def starts(self, end: Endpoint) -> Iterator[tuple[str, Spans, Spans | None]]:
        """The interfaces by which packets of the sending end enter their first host, if it is this host.

        Each item has the name of the interface, the source addresses and the destinations. None means all
        destinations. If a sender beyond an uplink uses a source address of the site, the destinations are `here`: such
        packets count only if they are for this host or for an address behind it.
        """
        found, host = end.selection, self.forwarding.host
        literal = found.literal(self.forwarding.family)
        for device in self.view.networks:
            spans = self.view.senders(found, device, to_host=False)
            spans = without(spans, self.forwarding.missing(device))
            if spans:
                yield device, spans, None
        for uplink, zone in self.view.zones.items():
            whole = found.everyone or zone in found.outside
            rightly = without(self.outside, self.forwarding.astray(uplink))
            spans = rightly if whole else without(common(literal, self.view.outer), self._fixed)
            if spans:
                yield uplink, spans, None
            claimed = common(self._of_site(end), self.claimed(uplink))
            if claimed:
                yield uplink, claimed, self.here
        if host.name in found.hosts or (end.uplink and end.uplink[0] == host.name):
            yield SELF, self._fixed or every(self.forwarding.family), None
        elif common(literal, self._fixed):
            yield SELF, common(literal, self._fixed), None

    def claimed(self, uplink: str) -> Spans:
        """Addresses of the site whose packets may enter by an uplink, but not directly from the host of the address.

        These are addresses behind another uplink, and addresses behind this uplink whose host has no uplink in the
        zone, so that packets from this host pass another host on their path.
        """
        return united([*self.view.astray(uplink), *common(self.carried(uplink), self.view.behind(uplink))])

    def _of_site(self, end: Endpoint) -> Spans:
        """The site's addresses in the selection of a sending end; `any` includes the networks, but no hosts."""
        found, family, names = end.selection, self.forwarding.family, self.view.index
        networks = names.networks.values() if found.everyone else (names.networks[name] for name in found.networks)
        prefixes = (prefix_in(network, family) for network in networks)
        guests = (span for network in found.guests for span in found.guests_in(network, family))
        hosts = (span for host in found.hosts for span in fixed_of(names.hosts[host], family))
        return united([*(of_prefix(p) for p in prefixes if p), *guests, *hosts, *found.literal(family)])

    def goals(self, end: Endpoint, ingress: str, way: str | None) -> Spans:
        """The addresses of a receiving end for packets from an interface, if `way` has the default route."""
        spans: list[tuple[int, int]] = list(self._named(end))
        zones, hidden = end.selection.outside | self._zones_of_hidden(end), self.hidden(end)
        for span, egress in self.forwarding.partition:
            zone = self.view.zones.get(egress or way or "")
            if end.selection.everyone or zone in zones or (hidden and not egress):
                spans += common((span,), self.outside)
        goals = united(spans)
        return common(goals, self._arriving(ingress)) if ingress in self.view.zones else goals

    def nowhere(self, end: Endpoint, ingress: str) -> Spans:
        """The addresses of a receiving end to which the host has no route; empty for packets from an uplink."""
        if ingress in self.view.zones or not self.forwarding.unreachable:
            return ()
        beyond = end.selection.everyone or end.selection.outside & set(self.view.zones.values())
        meant = united([*self._named(end), *(self.outside if beyond else ())])
        return common(meant, self.forwarding.unreachable)

    def leaving(self, goals: Spans, way: str | None) -> Mapping[str, Spans]:
        """For each egress, the destinations with specific routes; if `way` is set, those without a specific route."""
        found: dict[str, list[tuple[int, int]]] = {}
        for span, egress in self.forwarding.partition:
            if bool(egress) == (way is None):
                found.setdefault(egress or way or "", []).extend(common((span,), goals))
        return {egress: united(spans) for egress, spans in found.items() if spans}

    def led(self, device: str, goals: Spans) -> Iterator[tuple[str, str, Spans]]:
        """The other hosts that are next hops beyond an uplink: name, receiving uplink and destinations."""
        zone = self.view.zones.get(device)
        for via, there in self._next_hops(device, goals) if zone else ():
            at = self.view.index.listening.get((zone or "", self.forwarding.family, via))
            if at:
                yield (*at, there)

    def _next_hops(self, uplink: str, goals: Spans) -> Iterator[tuple[int, Spans]]:
        """The next hops beyond an uplink, each with its destinations, without destinations on the link."""
        family, host = self.forwarding.family, self.forwarding.host
        here = next(each for each in outside(host) if each.device == uplink)
        own = in_family(here, family)
        ways: list[tuple[int, int, Interval, int | None]] = []
        if isinstance(own, Fixed):
            ways.append((own.interface.length, ON_LINK[family], of_prefix(own.interface.prefix), None))
            gateway = own.next_hop.value if own.next_hop else None
            ways.append((0, metric_of(here, family), of_prefix(everything(family)), gateway))
        routes = (route for route in host.routes if route.device == uplink and route.to.family is family)
        ways += [(route.to.length, route_metric(route), of_prefix(route.to), route.via.value) for route in routes]
        for _, _, prefix, via in sorted(ways, key=lambda way: (-way[0], way[1])):
            there = common((prefix,), goals)
            goals = without(goals, there)
            if there and via is not None:
                yield via, there

    def hidden(self, end: Endpoint) -> bool:
        """Whether an end is a learned address of another host, which only the network outside knows."""
        if end.uplink is None or end.uplink[0] == self.forwarding.host.name:
            return False
        return end.uplink[1] in Forwarding.of(self.view.index.hosts[end.uplink[0]], self.forwarding.family).learned

    def _zones_of_hidden(self, end: Endpoint) -> set[str]:
        """The zone of a hidden end's uplink; all zones of this host if it has no uplink in that zone."""
        if end.uplink is None or not self.hidden(end):
            return set()
        host, name = end.uplink
        zones = {each.zone for each in outside(self.view.index.hosts[host]) if each.device == name}
        ours = set(self.view.zones.values())
        return zones & ours or ours

    @property
    def outside(self) -> Spans:
        """The addresses that hosts outside the site can have."""
        nobody = [single(0), *never(self.forwarding.family), *self.forwarding.own, *self.forwarding.multicast]
        return without(self.view.outer, united(nobody))

    @property
    def strangers(self) -> Spans:
        """The addresses in `outside` to which this host could reply."""
        return common(self.outside, self.forwarding.reachable)

    @property
    def _fixed(self) -> Spans:
        return united(single(a.value) for addresses in self.forwarding.addresses.values() for a in addresses)

    @property
    def _own(self) -> Spans:
        return united([*self._fixed, *map(single, self.forwarding.learned.values())])

    def _named(self, end: Endpoint) -> Iterator[tuple[int, int]]:
        found, family = end.selection, self.forwarding.family
        networks = self.view.index.networks
        for name in networks if found.everyone else found.networks:
            yield from members(networks[name], family)
        for name in found.guests:
            yield from found.guests_in(name, family)
        yield from found.literal(family)
        if self.forwarding.host.name in found.hosts or found.everyone:
            yield from self._own
        for host, spans in self.view.peers.items():
            if host in found.hosts or found.everyone:
                yield from spans
        if end.uplink and end.uplink[0] == self.forwarding.host.name:
            yield from self._uplink(end.uplink[1])
        elif end.uplink:
            yield from self._elsewhere(*end.uplink)

    def _uplink(self, name: str) -> Spans:
        fixed = tuple(single(a.value) for a in self.forwarding.addresses.get(name, ()))
        return fixed or tuple(single(value) for uplink, value in self.forwarding.learned.items() if uplink == name)

    def _elsewhere(self, host: str, uplink: str) -> Spans:
        there = Forwarding.of(self.view.index.hosts[host], self.forwarding.family)
        return tuple(single(a.value) for a in there.addresses.get(uplink, ()))

    def _arriving(self, uplink: str) -> Spans:
        """The possible destinations of packets that arrive on an uplink: `here`, `outside`, and `carried`."""
        return united([*self.here, *self.outside, *self.carried(uplink)])

    @property
    def here(self) -> Spans:
        """The addresses of the host, and the addresses behind it."""
        return united([*self._own, *self.behind])

    def carried(self, uplink: str) -> Spans:
        """The addresses of hosts without an uplink in this uplink's zone, to which other hosts must forward packets."""
        apart = self.view.apart(self.view.zones[uplink])
        return united(span for found in apart for spans in found.values() for span in spans)

    @property
    def behind(self) -> Spans:
        """The addresses of the host's networks, and the outside prefixes that the host translates to these networks."""
        mirrors = (span for spans in self._mirrors.values() for span in spans)
        return united([*(span for spans in self.view.local.values() for span in spans), *mirrors])

    def entrances(self, zone: str | None) -> list[str]:
        """The uplinks in a zone; uplinks with an address of the family are first, as routers use their addresses."""
        found = [uplink for uplink, of in self.view.zones.items() if of == zone]
        addressed = self.forwarding.addresses.keys() | self.forwarding.learned.keys()
        return sorted(found, key=lambda uplink: uplink not in addressed)

    def at(self, uplink: str) -> Spans:
        """The outside addresses of the host, and of its networks, at one of its uplinks."""
        return united([*self.forwarding.own_at(uplink), *self._mirrors.get(uplink, ())])

    @property
    def _mirrors(self) -> Mapping[str, Spans]:
        """The outside prefixes of the host's networks, by the uplink at which the host translates them."""
        found: dict[str, list[tuple[int, int]]] = {}
        for nat in self.forwarding.host.nat:
            if nat.kind is NatKind.PREFIX and nat.to and nat.family is self.forwarding.family:
                found.setdefault(nat.uplink, []).append(of_prefix(nat.to))
        return {uplink: united(spans) for uplink, spans in found.items()}
