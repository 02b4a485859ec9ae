"""The entries that decide, looked up once for the whole site: policy, and approaches to forwards of other hosts."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from taploom.base.address import FAMILIES, Family
from taploom.base.frozen import dataclass
from taploom.base.memo import memo
from taploom.flows.algebra.spans import Spans
from taploom.flows.packets.answer import rate
from taploom.flows.proof.intent.answering import AnsweringHosts
from taploom.flows.proof.intent.forwarded import Approach, approaches, nameless
from taploom.flows.proof.intent.site_index import Selection, SiteIndex
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, outside
from taploom.plan.policy import Action, PolicyEntry, Service


@dataclass(frozen=True, slots=True)
class ResolvedEntry:
    """One policy entry with its selectors and services looked up.

    Attributes:
        name: stable name, `policy/NAME`.
        services: protocols with their ports; None for every protocol.
        limited: the rate up to which the entry allows packets; "" if there is none.
        expires: end of validity in seconds since the epoch, or None.
    """

    name: str
    action: Action
    sources: Selection
    destinations: Selection
    services: tuple[Service, ...] | None
    limited: str
    expires: int | None

    @property
    def order(self) -> tuple[bool, str]:
        """Sort key: entries without a rate decide before entries with a rate; among equals the name decides."""
        return (bool(self.limited), self.name)


@dataclass(frozen=True)
class SiteEntries:
    """All entries of the site, with an index of the entries that can concern a host."""

    index: SiteIndex

    def look_up(self) -> None:
        """Fill the caches that all hosts share before processes are forked, so that no child repeats the work."""
        for family in FAMILIES:
            self.approaches(family, named=False)
        _ = self._by_name

    @cached_property
    def entries(self) -> tuple[ResolvedEntry, ...]:
        """All policy entries, in the order in which they decide."""
        return tuple(sorted(map(self._resolved, self.index.plan.policy), key=lambda entry: entry.order))

    def _resolved(self, entry: PolicyEntry) -> ResolvedEntry:
        limit = entry.limit if entry.action is Action.ALLOW else None
        return ResolvedEntry(
            f"policy/{entry.name}",
            entry.action,
            self.index.selection(entry.sources),
            self.index.selection(entry.destinations),
            self.index.services(entry.services),
            rate(limit.rate, limit.unit, limit.burst) if limit else "",
            entry.expires,
        )

    @cached_property
    def answering(self) -> Mapping[Family, AnsweringHosts]:
        """By family, the hosts that can answer a network without source NAT."""
        return {family: AnsweringHosts(self.index, family) for family in FAMILIES}

    def approaches(self, family: Family, *, named: bool) -> tuple[Approach, ...]:
        """The approaches to the forwards of all hosts; without names, many of them are united."""
        return self._named_approaches(family) if named else self._nameless_approaches(family)

    @memo
    def _named_approaches(self, family: Family) -> tuple[Approach, ...]:
        return approaches(self.index, family)

    @memo
    def _nameless_approaches(self, family: Family) -> tuple[Approach, ...]:
        return nameless(approaches(self.index, family))

    @memo
    def approached(self, family: Family) -> Mapping[Spans, list[tuple[int, Approach]]]:
        """The named approaches by the addresses that they lead to, each with its index among all."""
        found: dict[Spans, list[tuple[int, Approach]]] = {}
        for place, way in enumerate(self.approaches(family, named=True)):
            found.setdefault(way.at, []).append((place, way))
        return found

    @cached_property
    def _by_name(self) -> tuple[frozenset[int], Mapping[str, set[int]]]:
        """Entries that can concern any host, and entries by the network, host or zone that they name."""
        general: set[int] = set()
        named: dict[str, set[int]] = {}
        for number, entry in enumerate(self.entries):
            for found in (entry.sources, entry.destinations):
                for name in (*found.networks, *found.guests, *found.hosts, *found.outside):
                    named.setdefault(name, set()).add(number)
            if any(found.everyone or found.prefixes for found in (entry.sources, entry.destinations)):
                general.add(number)
        return frozenset(general), named

    def _around(self, host: Host) -> Iterator[str]:
        """The zones of a host, and the networks and hosts for which it may forward.

        It may forward for hosts that lack an uplink in at least one of these zones, and for the networks of such hosts.
        """
        zones = {each.zone for each in outside(host)}
        yield from zones
        if len(zones) > 1:
            yield from (name for name, near in self.index.near.items() if not zones <= near)

    def index_entries(self) -> None:
        """Fill the index of entries that `concerning` uses."""
        _ = self._by_name

    def concerning(self, host: Host) -> Iterator[ResolvedEntry]:
        """The entries that name the host, its networks or a name `_around` it, and those that can concern any host."""
        general, named = self._by_name
        found = set(general)
        for name in {host.name, *(each.network for each in inside(host)), *self._around(host)}:
            found |= named.get(name, set())
        return (self.entries[number] for number in sorted(found))
