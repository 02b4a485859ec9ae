"""Data about two revisions of a site in one family, which the comparisons of all hosts share."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import TypeVar

from taploom.base.address import Family, in_family
from taploom.base.frozen import dataclass
from taploom.diff.holders import held, mirrored, stationed
from taploom.flows.algebra.spans import Interval, Spans, common, of_prefix, single, united, without
from taploom.flows.packets.clock import Clock
from taploom.flows.proof.intent.entries import ResolvedEntry, SiteEntries
from taploom.flows.proof.intent.forwarded import Approach
from taploom.plan.site import Plan

T = TypeVar("T")


@dataclass(frozen=True)
class PrioritizedEntries(SiteEntries):
    """A site in which the given entries win ties, so that they decide the flows that other entries allow too."""

    first: frozenset[str] = frozenset()

    @cached_property
    def entries(self) -> tuple[ResolvedEntry, ...]:
        """All policy entries in the order in which they decide, the given ones first among equals."""
        known = SiteEntries(self.index).entries
        return tuple(sorted(known, key=lambda entry: (bool(entry.limited), entry.name not in self.first, entry.name)))


@dataclass(frozen=True)
class SitePair:
    """Two revisions of a site in one family.

    Attributes:
        sites: the site before and after the change.
        names: the new stable name of each renamed entry; the key is the old one.
    """

    family: Family
    sites: tuple[SiteEntries, SiteEntries]
    names: Mapping[str, str]

    @property
    def plans(self) -> tuple[Plan, Plan]:
        """The plans of both sides."""
        before, after = self.sites
        return before.index.plan, after.index.plan

    def look(self) -> None:
        """Fill all caches now, so that forked processes share them."""
        _ = self.missing, self.others, self.resettled, self.clock, self.ways
        for site in self.sites:
            site.index_entries()
            site.approached(self.family)

    @cached_property
    def guests(self) -> tuple[Spans, Spans]:
        """The known addresses of all guests, before and after."""
        before, after = (guest_addresses(plan, self.family) for plan in self.plans)
        return before, after

    @cached_property
    def missing(self) -> tuple[Spans, Spans]:
        """For each side, the addresses of guests, networks and hosts that exist only on the other side."""
        networks = [united(_prefixes(plan, self.family).values()) for plan in self.plans]

        def missing(side: int) -> Spans:
            known = self._known[1 - side].keys() - self._known[side].keys()
            return united([*map(single, known), *without(networks[1 - side], networks[side])])

        return missing(0), missing(1)

    @cached_property
    def holders(self) -> tuple[Mapping[int, str], Mapping[int, str]]:
        """The guest of each known inside or outside address, before and after, under its name in the head."""
        old, new = (dict(chain(held(p, self.family), mirrored(p, self.family))) for p in self.plans)
        return {value: self._now("guest", name) for value, name in old.items()}, new

    @cached_property
    def stations(self) -> tuple[Mapping[int, str], Mapping[int, str]]:
        """The host of each fixed address, before and after, under its name in the head.

        A host that exists on one side only is included only with addresses that a host of the other side has, too. Its
        machine may run before and after the change, so changes of flows to its other addresses are real.
        """
        known = [dict(stationed(plan, self.family)) for plan in self.plans]
        known[0] = {value: self._now("host", name) for value, name in known[0].items()}
        hosts = [{host.name for host in plan.hosts} for plan in self.plans]
        hosts[0] = {self._now("host", name) for name in hosts[0]}
        before, after = (
            {value: name for value, name in here.items() if name in hosts[1 - side] or value in known[1 - side]}
            for side, here in enumerate(known)
        )
        return before, after

    @cached_property
    def _known(self) -> tuple[Mapping[int, str], Mapping[int, str]]:
        """The holder of each known address as `kind/name`, before and after."""
        before, after = (
            {value: f"guest/{name}" for value, name in guests.items()}
            | {value: f"host/{name}" for value, name in hosts.items()}
            for guests, hosts in zip(self.holders, self.stations, strict=True)
        )
        return before, after

    @cached_property
    def others(self) -> Spans:
        """The addresses that have different holders, or are in different networks, on the two sides."""
        old, new = self._known
        swapped = (single(value) for value in old.keys() & new.keys() if old[value] != new[value])
        before, after = (_prefixes(plan, self.family) for plan in self.plans)
        gone, come = before.items() - after.items(), after.items() - before.items()
        moved = (
            span
            for name, there in gone
            for other, here in come
            if self._now("network", name) != other
            for span in common((there,), (here,))
        )
        return united([*swapped, *moved])

    @cached_property
    def resettled(self) -> Spans:
        """The addresses that belong to different hosts on the two sides, or to a host on one side only."""
        old, new = self.stations
        return united(single(value) for value in old.keys() | new.keys() if old.get(value) != new.get(value))

    def _now(self, kind: str, name: str) -> str:
        """The name that an object of the base has in the head."""
        return self.names.get(f"{kind}/{name}", f"{kind}/{name}").partition("/")[2]

    @cached_property
    def clock(self) -> Clock:
        """The clock with the expiry times of both sides."""
        ends = [entry.expires for plan in self.plans for entry in plan.policy]
        ends += [forward.expires for plan in self.plans for forward in plan.forwards]
        return Clock.of(end for end in ends if end is not None)

    @cached_property
    def ways(self) -> tuple[Sequence[Approach], Sequence[Approach]] | None:
        """For each side, the approaches to forwards that exist there only; None if anything is renamed or reordered."""
        old, new = (dict[Approach, None].fromkeys(site.approaches(self.family, named=True)) for site in self.sites)
        if self.names or not same_order(old, new):
            return None
        return [way for way in old if way not in new], [way for way in new if way not in old]


def same_order(one: Mapping[T, None], other: Mapping[T, None]) -> bool:
    """Whether the common items of two lists without repetitions have the same order in both."""
    return [key for key in one if key in other] == [key for key in other if key in one]


def guest_addresses(plan: Plan, family: Family) -> Spans:
    """The known addresses of all guests."""
    return united(single(value) for value, _ in held(plan, family))


def _prefixes(plan: Plan, family: Family) -> dict[str, Interval]:
    """The prefixes of all networks, by name."""
    sides = ((n.name, in_family(n, family)) for n in plan.networks)
    return {name: of_prefix(side.prefix) for name, side in sides if side}
