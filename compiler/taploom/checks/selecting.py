"""The objects that an entry's selectors select, for checks of the spec as written, not of the terms on a host."""

from collections.abc import Iterable, Mapping

from taploom.base.address import FAMILIES, Family, in_family
from taploom.base.frozen import dataclass
from taploom.checks.context import Context
from taploom.checks.families import carries
from taploom.passes.lookup import SymbolTable
from taploom.passes.lost import lost_zones
from taploom.passes.resolve import tags_of, zones_of
from taploom.passes.selections import Selection, SelectorResolver
from taploom.passes.wire import Wiring
from taploom.plan.host import Host
from taploom.plan.interfaces import interfaces, outside
from taploom.spec.values import Selector

SECTIONS = (
    ("zone", "zones"),
    ("address", "addresses"),
    ("guest", "guests"),
    ("host", "hosts"),
    ("network", "networks"),
)
"""Kinds of objects and their sections; a network that is its own zone counts as the network."""


@dataclass(frozen=True, slots=True)
class Selecting:
    """Finds the objects and families that selectors select.

    Attributes:
        names: the kind of each name, the zones, and the tags.
        resolver: finds where the selected objects are.
        beyond: families of the uplinks of each zone.
        inside: families of each network.
        hosts: families of each host, at its uplinks and on its networks.
    """

    names: SymbolTable
    resolver: SelectorResolver
    beyond: Mapping[str, frozenset[Family]]
    inside: Mapping[str, frozenset[Family]]
    hosts: Mapping[str, frozenset[Family]]

    @classmethod
    def of(cls, context: Context) -> "Selecting":
        """Collect the objects that selectors can name, and their families."""
        document, zones = context.document, zones_of(context.document)
        kinds = dict.fromkeys(zones, "zone")
        for kind, section in SECTIONS[1:]:
            kinds |= dict.fromkeys(getattr(document, section), kind)
        names = SymbolTable(kinds, zones, tags_of(document), lost_zones(document))
        resolver = SelectorResolver.of(document, names, Wiring({}, context.plan.guests))
        beyond: dict[str, set[Family]] = {}
        for host in context.plan.hosts:
            for uplink in outside(host):
                used = {family for family in FAMILIES if carries(uplink, family)}
                beyond.setdefault(uplink.zone, set()).update(used)
        inside = {
            network.name: frozenset(family for family in FAMILIES if in_family(network, family) is not None)
            for network in context.plan.networks
        }
        hosts = {
            host.name: frozenset(f for f in FAMILIES if _has(host, f)) or frozenset(FAMILIES)
            for host in context.plan.hosts
        }
        return cls(names, resolver, {zone: frozenset(found) for zone, found in beyond.items()}, inside, hosts)

    def space(self, selectors: Iterable[Selector]) -> Selection:
        """The union of the objects that selectors select."""
        return self.resolver.selection(selectors)

    def families(self, selection: Selection) -> frozenset[Family]:
        """The address families that the selected objects have."""
        if selection.everyone:
            return frozenset[Family]().union(*self.beyond.values(), *self.inside.values()) or frozenset(FAMILIES)
        found = {family for host in selection.hosts for family in self.hosts.get(host, ())}
        found |= {prefix.family for prefix in selection.literals}
        found |= {prefix.family for prefixes in selection.guests.values() for prefix in prefixes}
        for zone in selection.outside:
            found |= self.beyond.get(zone, frozenset())
        for network in selection.networks:
            found |= self.inside[network]
        return frozenset(found)


def _has(host: Host, family: Family) -> bool:
    """Whether a host can have an address of a family."""
    return any(carries(each, family) for each in interfaces(host))
