"""The policy entries of the whole site, and the approaches to forwards of other hosts, each resolved only once."""

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
    """A policy entry with resolved selectors and services.

    Attributes:
        name: stable name, `policy/NAME`.
        services: protocols with ports; None for all protocols.
        limited: the rate up to which the entry allows packets; "" without a limit.
        expires: when the entry expires, in seconds since the epoch; None if it does not.
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
        """The sort key: entries without a rate limit decide before entries with one; then entries sort by name."""
        return (bool(self.limited), self.name)


@dataclass(frozen=True)
class SiteEntries:
    """All policy entries of a site, with an index by which a host finds the entries that may concern it."""

    index: SiteIndex

    def look_up(self) -> None:
        """Before processes are forked, fill the caches that all hosts share, so that no child repeats the work."""
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
        """By family, the look-up of hosts that can reply to a network without source NAT."""
        return {family: AnsweringHosts(self.index, family) for family in FAMILIES}

    def approaches(self, family: Family, *, named: bool) -> tuple[Approach, ...]:
        """The approaches to the forwards of all hosts; if `named` is false, united by `nameless`."""
        return self._named_approaches(family) if named else self._nameless_approaches(family)

    @memo
    def _named_approaches(self, family: Family) -> tuple[Approach, ...]:
        return approaches(self.index, family)

    @memo
    def _nameless_approaches(self, family: Family) -> tuple[Approach, ...]:
        return nameless(approaches(self.index, family))

    @memo
    def approached(self, family: Family) -> Mapping[Spans, list[tuple[int, Approach]]]:
        """The named approaches by the addresses that they lead to, each with its index in `approaches`."""
        found: dict[Spans, list[tuple[int, Approach]]] = {}
        for place, way in enumerate(self.approaches(family, named=True)):
            found.setdefault(way.at, []).append((place, way))
        return found

    @cached_property
    def _by_name(self) -> tuple[frozenset[int], Mapping[str, set[int]]]:
        """The entries that may concern any host, and the entries by each network, host or zone that they name."""
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
        """The zones of a host, and the networks and hosts for which it may forward packets.

        These are hosts that lack an uplink in at least one of the zones, and the networks of such hosts.
        """
        zones = {each.zone for each in outside(host)}
        yield from zones
        if len(zones) > 1:
            yield from (name for name, near in self.index.near.items() if not zones <= near)

    def index_entries(self) -> None:
        """Fill the index of entries that `concerning` uses."""
        _ = self._by_name

    def concerning(self, host: Host) -> Iterator[ResolvedEntry]:
        """The entries for the host, for its networks and for the names in `_around`, and the entries for any host."""
        general, named = self._by_name
        found = set(general)
        for name in {host.name, *(each.network for each in inside(host)), *self._around(host)}:
            found |= named.get(name, set())
        return (self.entries[number] for number in sorted(found))
