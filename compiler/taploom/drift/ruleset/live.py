"""Compares the treatment of every packet by a kernel's ruleset with its treatment by the plan.

The plan treats all interfaces that are not in the spec as one. An added rule may contain the name of such an interface.
So on the kernel's side, each interface that appears in a rule is evaluated separately.
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
    """A pair of sites with the same plan on both sides, and the times of a kernel's ruleset.

    Attributes:
        moments: times at which rules of the kernel expire, in seconds since the epoch.
    """

    moments: tuple[int, ...] = ()

    @cached_property
    def clock(self) -> Clock:
        """The clock with the expiry times of the plan and of the kernel."""
        return Clock.of([*self._known_clock.moments, *self.moments])

    @property
    def _known_clock(self) -> Clock:
        return SitePair(self.family, self.sites, self.names).clock


@dataclass(frozen=True)
class LivePair(HostPair):
    """One host in one address family, with its packets treated by the plan and by a ruleset.

    Attributes:
        live: ruleset to compare.
        base: ruleset that replaces the plan in the comparison, or None. With a base, packets that the plan does not
            judge are ignored.
        strangers: interfaces that appear in rules but not in the plan.
        elsewhere: addresses behind unplanned links; no sender on a planned link has such an address.
    """

    live: Ruleset = Ruleset(())
    base: Ruleset | None = None
    strangers: tuple[str, ...] = ()
    elsewhere: Spans = ()

    @cached_property
    def forwarding(self) -> Forwarding:
        """The addresses and routes of the host, which are the same on both sides."""
        found = self.forwardings[1]
        assert found
        return found

    @cached_property
    def tables(self) -> Tables:
        """The ruleset as the stages of a packet path."""
        return self._tables(self.live)

    def _tables(self, ruleset: Ruleset) -> Tables:
        return Tables(ruleset, self.forwarding, self.manager, self.sites.clock)

    def differences(self) -> Iterator[tuple[MapContext, Difference]]:
        """The boxes of packets that begin a flow and that the two sides treat differently."""
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
        """Pairs of contexts: a context of the plan, with each context of the kernel that it covers."""
        for context in contexts(self.forwarding):
            yield context, context
            entries = self.strangers if context.ingress == OTHER else ()
            yield from ((context, MapContext(name, context.way)) for name in entries)
            ways = self.strangers if context.way == OTHER else ()
            yield from ((context, MapContext(context.ingress, name)) for name in ways)

    def _parted(self, wanted: Diagram[Answer], found: Diagram[Answer]) -> tuple[Diagram[Answer], Diagram[Answer]]:
        """Both maps, with the answer `MISS` for packets that both treat alike."""
        if wanted is found:
            return wanted, found
        return self.manager.merge(_wanted, wanted, found), self.manager.merge(_found, wanted, found)


def _ours(intended: Answer, answer: Answer) -> Answer:
    return MISS if intended.by in (FOREIGN.by, FOREIGN_INPUT.by) else answer


def _wanted(one: Answer, other: Answer) -> Answer:
    return MISS if treatment(one) == treatment(other) else one


def _found(one: Answer, other: Answer) -> Answer:
    return MISS if treatment(one) == treatment(other) else other
