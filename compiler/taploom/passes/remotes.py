"""The uplinks that lead to an address: a host's routes as prefixes, each with one set of uplinks."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

from taploom.base.address import Family, Prefix, prefix_of
from taploom.base.frozen import dataclass
from taploom.passes.equip import Equipment
from taploom.passes.selections import minimal
from taploom.plan.host import Remote
from taploom.plan.interfaces import HostInterface, interfaces, outside

Devices = frozenset[str]


@dataclass(frozen=True, slots=True)
class InterfacesByPrefix:
    """The interfaces to which the routes of a host lead, by prefix; default routes are left out.

    Attributes:
        devices: bridges and uplinks by prefix, whatever the metric.
        ordered: the same prefixes, sorted.
        lengths: prefix lengths that occur, by family, the longest first.
        uplinks: all uplinks of the host.
    """

    devices: Mapping[Prefix, Devices]
    ordered: tuple[Prefix, ...]
    lengths: Mapping[Family, tuple[int, ...]]
    uplinks: Devices

    def remotes(self, prefixes: Iterable[Prefix]) -> tuple[Remote, ...]:
        """The given disjoint prefixes with the uplinks that lead to them, split where the uplinks differ."""
        return tuple(sorted((r for p in prefixes for r in self._parts(p)), key=lambda r: _order(r.prefix)))

    def _parts(self, prefix: Prefix) -> Iterator[Remote]:
        if not self._parted(prefix):
            yield Remote(prefix, self._leading(prefix))
            return
        lower, upper = (tuple(self._parts(half)) for half in _halves(prefix))
        if len(lower) == len(upper) == 1 and lower[0].uplinks == upper[0].uplinks:
            yield Remote(prefix, lower[0].uplinks)
            return
        yield from (*lower, *upper)

    def _parted(self, prefix: Prefix) -> bool:
        """Whether some route leads only to a part of a prefix."""
        at = bisect_left(self.ordered, (prefix.family, prefix.value, prefix.length + 1), key=_order)
        return at < len(self.ordered) and self.ordered[at] in prefix

    def _leading(self, prefix: Prefix) -> tuple[str, ...]:
        """The uplinks that lead to the longest routed prefix around a given prefix; all uplinks if there is none."""
        for length in self.lengths.get(prefix.family, ()):
            if length <= prefix.length:
                found = self.devices.get(prefix_of(prefix.first, length))
                if found is not None:
                    return tuple(sorted(found & self.uplinks))
        return tuple(sorted(self.uplinks))


def interfaces_by_prefix(equipment: Equipment) -> InterfacesByPrefix:
    """The routes of a host by prefix: the prefixes on its links, and its static routes."""
    return _ways(equipment, (*_links(interfaces(equipment)), *_routes(equipment)))


def reverse_paths(equipment: Equipment) -> tuple[Remote, ...]:
    """The prefixes to which some uplinks lead and others do not, each with the uplinks that lead to it.

    They are prefixes of uplinks' links and of static routes. Packets from such a prefix must not come in by any other
    uplink. A network of this host does not split a prefix that contains it, since no uplink accepts packets from the
    network. Nor does an uplink's /32 or /128 split a prefix, since it has only the host's own address.
    """
    links = ((prefix, device) for prefix, device in _links(outside(equipment)) if prefix.length < prefix.family.bits)
    known = _ways(equipment, (*links, *_routes(equipment)))
    return tuple(part for part in known.remotes(minimal(known.ordered)) if len(part.uplinks) < len(known.uplinks))


def _ways(equipment: Equipment, routes: Iterable[tuple[Prefix, str]]) -> InterfacesByPrefix:
    found: dict[Prefix, set[str]] = {}
    for prefix, device in routes:
        if prefix.length and device:
            found.setdefault(prefix, set()).add(device)
    lengths = {f: tuple(sorted({p.length for p in found if p.family is f}, reverse=True)) for f in Family}
    return InterfacesByPrefix(
        {prefix: frozenset(devices) for prefix, devices in found.items()},
        tuple(sorted(found, key=_order)),
        lengths,
        frozenset(interface.device for interface in outside(equipment)),
    )


def _links(found: Iterable[HostInterface]) -> Iterator[tuple[Prefix, str]]:
    return ((own.prefix, interface.device) for interface in found for own in interface.fixed)


def _routes(equipment: Equipment) -> Iterator[tuple[Prefix, str]]:
    return ((route.to, route.device) for route in equipment.routes)


def _halves(prefix: Prefix) -> tuple[Prefix, Prefix]:
    length = prefix.length + 1
    lower = Prefix(prefix.family, prefix.value, length)
    return lower, Prefix(prefix.family, prefix.value + lower.size, length)


def _order(prefix: Prefix) -> tuple[Family, int, int]:
    return prefix.family, prefix.value, prefix.length


@dataclass(frozen=True, slots=True)
class SiteBehindUplinks:
    """The part of the site that is behind the uplinks of one zone.

    Attributes:
        prefixes: sorted and disjoint.
    """

    prefixes: tuple[Prefix, ...]

    def of(self, prefixes: Iterable[Prefix]) -> tuple[Prefix, ...]:
        """The parts of the given disjoint prefixes that are behind the zone's uplinks, in their order."""
        return tuple(part for prefix in prefixes for part in self._within(prefix))

    def _within(self, prefix: Prefix) -> Iterator[Prefix]:
        at = bisect_left(self.prefixes, _order(prefix), key=_order)
        if at and prefix in self.prefixes[at - 1]:
            yield prefix
            return
        while at < len(self.prefixes) and self.prefixes[at] in prefix:
            yield self.prefixes[at]
            at += 1
