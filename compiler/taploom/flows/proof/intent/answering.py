"""Finds hosts of the site that can reply to a network without source NAT, because they have static routes to it."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from taploom.base.address import Family, Prefix, prefix_of
from taploom.base.frozen import dataclass
from taploom.base.memo import memo
from taploom.flows.algebra.spans import Interval, Spans, common, of_prefix, single, united
from taploom.flows.packets.forwarding import Forwarding
from taploom.flows.proof.intent.site_index import SiteIndex, prefix_in
from taploom.plan.host import Host
from taploom.plan.interfaces import outside


@dataclass(frozen=True)
class AnsweringHosts:
    """Looks up the fixed addresses of hosts that can reply to a network, for a whole site in one family."""

    index: SiteIndex
    family: Family

    def addresses(self, asking: str, network: str, zone: str) -> Spans:
        """The addresses of other hosts that have a route back to a network through a zone; default routes do not count.

        Args:
            asking: name of the network's host.
            network: name of the network.
            zone: the zone through which packets of its guests would reach the other hosts.
        """
        own = prefix_in(self.index.networks[network], self.family)
        if own is None or not self._known:
            return ()
        around = [prefix_of(own.first, length) for length in range(own.length, 0, -1)]
        found = {host for prefix in around for host in self._known.get((prefix.value, prefix.length, zone), ())}
        others = sorted(found - {asking})
        return united(span for host in others for span in self._accepting(self.index.hosts[host], own, zone))

    def _accepting(self, host: Host, network: Prefix, zone: str) -> Iterator[Interval]:
        """The uplink addresses at which a host accepts packets from every address of a network.

        An address counts if each part of the network has a route back by one of the uplinks at which packets to the
        address may arrive.
        """
        paths = [devices for span, devices in self._paths(host.name) if common((span,), (of_prefix(network),))]
        within = {each.device for each in outside(host) if each.zone == zone}
        for each in outside(host):
            own = each.own(self.family)
            arriving = {each.device} if each.device in within else within
            if own and not any(arriving.isdisjoint(devices) for devices in paths):
                yield single(own.address.value)

    @memo
    def _paths(self, host: str) -> tuple[tuple[Interval, tuple[str, ...]], ...]:
        return Forwarding.of(self.index.hosts[host], self.family).paths

    @cached_property
    def _known(self) -> Mapping[tuple[int, int, str], list[str]]:
        """Names of the hosts with a route. Key: first address and length of its destination, and zone of its uplink."""
        found: dict[tuple[int, int, str], list[str]] = {}
        for host in self.index.hosts.values():
            for value, length, zone in self._routes(host):
                found.setdefault((value, length, zone), []).append(host.name)
        return found

    def _routes(self, host: Host) -> set[tuple[int, int, str]]:
        zones = {each.device: each.zone for each in outside(host)}
        routes = (r for r in host.routes if r.to.family is self.family and r.device in zones)
        return {(r.to.value, r.to.length, zones[r.device]) for r in routes}
