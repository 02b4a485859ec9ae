"""Compares exactly how a kernel's ruleset and the plan treat every packet.

Interfaces that no spec names are one interface to the plan. A rule that somebody added may name such an interface; on
the side of the kernel, each interface that a rule names is therefore one of its own.
"""

from collections.abc import Iterator
from functools import cached_property

from taploom.backends.nftables.tree import Ruleset
from taploom.base.frozen import dataclass
from taploom.diff.absent import Difference
from taploom.diff.packet_sets import apart
from taploom.diff.relation import HostPair
from taploom.diff.site_pair import SitePair
from taploom.flows.algebra.diagram import Diagram
from taploom.flows.algebra.spans import Spans, without
from taploom.flows.packets.answer import FOREIGN, FOREIGN_INPUT, MISS, Answer, treatment
from taploom.flows.packets.clock import Clock
from taploom.flows.packets.forwarding import OTHER, Forwarding
from taploom.flows.packets.packet import SOURCE
from taploom.flows.proof.packet_path import MapContext, PacketPath, contexts
from taploom.flows.proof.ruleset.stages import Tables


@dataclass(frozen=True)
class LiveSides(SitePair):
    """A plan on both sides.

    Attributes:
        moments: the moments at which rules of a kernel end.
    """

    moments: tuple[int, ...] = ()

    @cached_property
    def clock(self) -> Clock:
        """The clock of the plan's expiries and of the kernel's."""
        return Clock.of([*self._known_clock.moments, *self.moments])

    @property
    def _known_clock(self) -> Clock:
        return SitePair(self.family, self.sites, self.names).clock


@dataclass(frozen=True)
class LivePair(HostPair):
    """The treatment of one host's packets in one family: by the plan, and by a ruleset.

    Attributes:
        live: the ruleset.
        base: another ruleset in the place of the plan, or None. With a base, only packets that the plan judges count.
        strangers: names of interfaces that a rule of the ruleset names, and that the plan does not have.
        elsewhere: addresses behind links that the plan does not have; nobody sends from them on a link of the plan.
    """

    live: Ruleset = Ruleset(())
    base: Ruleset | None = None
    strangers: tuple[str, ...] = ()
    elsewhere: Spans = ()

    @cached_property
    def forwarding(self) -> Forwarding:
        """Addresses and routes, which both sides share."""
        found = self.forwardings[1]
        assert found
        return found

    @cached_property
    def tables(self) -> Tables:
        """The ruleset as stages."""
        return self._tables(self.live)

    def _tables(self, ruleset: Ruleset) -> Tables:
        return Tables(ruleset, self.forwarding, self.manager, self.sites.clock)

    def differences(self) -> Iterator[tuple[MapContext, Difference]]:
        """All boxes of packets that begin a flow and that are treated otherwise."""
        intent = self.intents[1]
        assert intent
        wanted = PacketPath(self.manager, self.forwarding, self._tables(self.base) if self.base else intent)
        found = PacketPath(self.manager, self.forwarding, self.tables)
        for plain, context in self._contexts():
            one, other = self._parted(wanted.outcome(plain), found.outcome(context))
            if self.base and one is not other:
                mine = PacketPath(self.manager, self.forwarding, intent).outcome(plain)
                one, other = (self.manager.merge(_ours, mine, side) for side in (one, other))
            for product, (before, after) in apart(self.manager, one, other):
                sources = product[SOURCE] if context.ingress == OTHER else without(product[SOURCE], self.elsewhere)
                if sources:
                    yield context, Difference((*product[:SOURCE], sources, *product[SOURCE + 1 :]), before, after)

    def _contexts(self) -> Iterator[tuple[MapContext, MapContext]]:
        """Pairs of contexts: each one of the plan, with each one of the kernel that it stands for."""
        for context in contexts(self.forwarding):
            yield context, context
            entries = self.strangers if context.ingress == OTHER else ()
            yield from ((context, MapContext(name, context.way)) for name in entries)
            ways = self.strangers if context.way == OTHER else ()
            yield from ((context, MapContext(context.ingress, name)) for name in ways)

    def _parted(self, wanted: Diagram[Answer], found: Diagram[Answer]) -> tuple[Diagram[Answer], Diagram[Answer]]:
        """Both maps; for packets that they treat alike, they have one and the same answer."""
        if wanted is found:
            return wanted, found
        return self.manager.merge(_wanted, wanted, found), self.manager.merge(_found, wanted, found)


def _ours(intended: Answer, answer: Answer) -> Answer:
    return MISS if intended.by in (FOREIGN.by, FOREIGN_INPUT.by) else answer


def _wanted(one: Answer, other: Answer) -> Answer:
    return MISS if treatment(one) == treatment(other) else one


def _found(one: Answer, other: Answer) -> Answer:
    return MISS if treatment(one) == treatment(other) else other
