"""Chooses the prefixes of senders and destinations for the command that ends connections.

The prefixes are exact, except that they may include addresses that no machine has. If the exact set takes many prefixes
and a wider set would end no other connection, the wider set is used.
"""

from typing import NamedTuple

from taploom.base.address import Family, prefixes_of
from taploom.base.frozen import dataclass
from taploom.diff.bystanders import Bystanders, wide
from taploom.diff.conntrack import ConntrackMatch
from taploom.flows.algebra.spans import Spans, common, complement, united, without
from taploom.flows.packets.learned import every
from taploom.flows.proof.intent.services import Traffic

_FEW = 4
"""Maximum number of prefixes that are easy to read."""


class Goal(NamedTuple):
    """The properties, other than senders, that the first packets of some connections share.

    Attributes:
        destinations: real addresses.
        uplinks: uplinks whose learned address is a destination too.
        target: the address that answers if the destination is translated; else None.
    """

    services: tuple[Traffic, ...]
    destinations: Spans
    uplinks: tuple[str, ...]
    target: int | None


class Senders(NamedTuple):
    """Source addresses: real ones, and uplinks whose learned address is a source."""

    spans: Spans
    uplinks: tuple[str, ...]


@dataclass(frozen=True)
class Ending:
    """The task of a command: to end the connections of some senders to a goal, and no others on the same host."""

    goal: Goal
    senders: Senders
    others: Bystanders

    @property
    def matches(self) -> tuple[ConntrackMatch, ...]:
        """One match for each protocol with its ports."""
        sources, destinations = self._sources, self._destinations
        uplinks = () if sources is None or wide(sources, self._family) else self.senders.uplinks
        asked = () if destinations is None else self.goal.uplinks
        return tuple(
            ConntrackMatch(self._family, protocols, ports, sources, uplinks, destinations, asked, self.goal.target)
            for protocols, ports in self.goal.services
        )

    @property
    def _family(self) -> Family:
        return self.others.family

    @property
    def _sources(self) -> Spans | None:
        found = self._filled(self.senders.spans, self.others.unheld_sources)
        if found == every(self._family):
            return None
        rest = without(every(self._family), found)
        return None if self._many(found) and self.others.blocks(rest, self._goals, self.goal.services) else found

    @property
    def _goals(self) -> Spans:
        """All destinations, including learned ones."""
        learned = (span for uplink in self.goal.uplinks for span in self.others.at(uplink))
        return united([*self.goal.destinations, *learned])

    @property
    def _destinations(self) -> Spans | None:
        """The destinations of the command; None for any.

        Translated destinations stay exact, because a wider set could match connections that reach the guest directly.
        """
        if self.goal.target is not None:
            return self.goal.destinations
        exact = self._filled(without(self.goal.destinations, self.others.unheld), self.others.unheld)
        wider = self._filled(exact, united([*self.others.unheld, *self.others.own]))
        simple = () if self.goal.uplinks else (found for found in (exact, wider) if not self._many(found))
        for found in simple:
            if self._blocks(without(found, exact)):
                return found
        return None if self._blocks(without(every(self._family), exact)) else exact

    def _blocks(self, added: Spans) -> bool:
        """Whether the plan lets none of the command's senders reach the destinations `added`."""
        sources = self._sources
        return self.others.blocks(every(self._family) if sources is None else sources, added, self.goal.services)

    def _filled(self, spans: Spans, gaps: Spans) -> Spans:
        """A set together with adjacent parts of `gaps`, if that takes fewer prefixes."""
        found = list(spans)
        last = every(self._family)[0][1]
        for first, end in complement(spans, last + 1):
            parts = common(((first, end),), gaps)
            found += [part for part in parts if first == part[0] > 0 or end == part[1] < last]
        filled = united(found)
        return filled if self._count(filled) < self._count(spans) else spans

    def _many(self, spans: Spans) -> bool:
        return self._count(spans) > _FEW

    def _count(self, spans: Spans) -> int:
        return sum(1 for first, last in spans for _ in prefixes_of(first, last, self._family))
