"""Which hosts of the site can answer a network without a translation: those with a route of their own back to it."""

from collections.abc import Mapping
from functools import cached_property

from netloom.base.address import Family, prefix_of
from netloom.base.frozen import dataclass
from netloom.flows.intent.names import Names, fixed_of, prefix_in
from netloom.flows.spans import Spans, united
from netloom.plan.host import Host


@dataclass(frozen=True)
class Answering:
    """Looks up those hosts by their fixed addresses, for a whole site in one family."""

    names: Names
    family: Family

    def addresses(self, asking: str, network: str, zone: str) -> Spans:
        """The addresses of other hosts that know a way back to a network by a zone; a default route is none.

        Args:
            asking: the host that the network is on.
            network: its name.
            zone: the zone by which its guests' packets would come to them.
        """
        own = prefix_in(self.names.networks[network], self.family)
        if own is None or not self._known:
            return ()
        around = [prefix_of(own.first, length) for length in range(own.length, 0, -1)]
        found = {host for prefix in around for host in self._known.get((prefix.value, prefix.length, zone), ())}
        others = sorted(found - {asking})
        return united(span for host in others for span in fixed_of(self.names.hosts[host], self.family))

    @cached_property
    def _known(self) -> Mapping[tuple[int, int, str], list[str]]:
        """Hosts by what their routes lead to, and by the zone of the uplink that these leave by."""
        found: dict[tuple[int, int, str], list[str]] = {}
        for host in self.names.hosts.values():
            for value, length, zone in self._routes(host):
                found.setdefault((value, length, zone), []).append(host.name)
        return found

    def _routes(self, host: Host) -> set[tuple[int, int, str]]:
        zones = {uplink.name: uplink.zone for uplink in host.uplinks}
        routes = (r for r in host.routes if r.to.family is self.family and r.device in zones)
        return {(r.to.value, r.to.length, zones[r.device]) for r in routes}
