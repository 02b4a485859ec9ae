"""Finds the packets for which two intents can differ; the stages of the intents are composed for these packets only.

The answer for a packet depends on the first box that holds it in each of a few lists, and most boxes of these lists are
the same on both sides. So the lists are compared before any map is made: if all boxes that hold a packet are on both
sides, in the same order, the answer is the same. A change of forty entries is then compared only within their boxes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from taploom.base.frozen import dataclass
from taploom.diff.site_pair import same_order
from taploom.flows.algebra.diagram import Box, Diagram, Leaf, Node
from taploom.flows.algebra.spans import Spans, common, holds, united
from taploom.flows.packets.answer import FOREIGN, FOREIGN_INPUT, Answer, DestinationRewrite, Mark
from taploom.flows.packets.forwarding import OTHER
from taploom.flows.packets.packet import DESTINATION, SOURCE, WHOLE, box
from taploom.flows.proof.agreement import same_parts
from taploom.flows.proof.intent.essentials import Decided
from taploom.flows.proof.intent.forwarded import Approach
from taploom.flows.proof.intent.stages import Intent
from taploom.flows.proof.packet_path import MapContext, PacketPath
from taploom.flows.proof.stitch import answers, at, pieces

ApproachPair = tuple[Sequence[Approach], Sequence[Approach]]


@dataclass(frozen=True)
class IntentPair:
    """Two intents with diagrams of one manager, and their paths.

    Attributes:
        ways: for each side, the approaches to forwards of other hosts that exist on this side only; None if every
            approach may matter.
        names: the new stable name of each renamed entry; the key is the old one.
        others: addresses that have different holders on the two sides.
    """

    intents: tuple[Intent, Intent]
    paths: tuple[PacketPath, PacketPath]
    ways: ApproachPair | None
    names: Mapping[str, str]
    others: Spans

    def windows(self, context: MapContext) -> tuple[Box, ...] | None:
        """The boxes of packets for which the intents may differ in a context; None if they may differ for all."""
        old, new = self.paths
        if old.forwarding.partition != new.forwarding.partition:
            return None
        if old.early(context.ingress) is not new.early(context.ingress):
            return None
        return (*self._judged_apart(context), *self._translated_apart(context))

    def _judged_apart(self, context: MapContext) -> Iterator[Box]:
        goals: dict[str, list[tuple[int, int]]] = {}
        for span, egress in self.intents[0].forwarding.partition:
            if bool(egress) != (context.way is not None):
                goals.setdefault(egress or context.way or "", []).append(span)
        for egress, spans in goals.items():
            found = bounds(self._decided_apart(context.ingress, egress))
            if found is not None:
                destinations = found[DESTINATION]
                meant = tuple(spans) if destinations is None else common(tuple(spans), destinations)
                if meant:
                    yield (meant, *found[DESTINATION + 1 :])

    def _decided_apart(self, ingress: str, egress: str) -> list[Box]:
        old, new = self.intents
        near = self.ways if self._alike(ingress) else None
        one, rest = old.decided(ingress, egress, "", near[0] if near else None)
        other, other_rest = new.decided(ingress, egress, "", near[1] if near else None)
        if self._named(rest) != other_rest:
            return [WHOLE]
        return [*self._apart(one, other), *self._apart(_sourced(old, egress), _sourced(new, egress))]

    def _alike(self, ingress: str) -> bool:
        """Whether host and network at an interface are equal on both sides; then only new or lost approaches matter."""
        old, new = self.intents
        same_host = old.forwarding.host.name == new.forwarding.host.name
        return same_host and old.view.local.get(ingress) == new.view.local.get(ingress)

    def _translated_apart(self, context: MapContext) -> Iterator[Box]:
        if context.ingress == OTHER:
            return
        one, other = (intent.translated(context.ingress) for intent in self.intents)
        found = self._apart(one, other)
        known: dict[tuple[DestinationRewrite, Mark], bool] = {}
        for part, answer in one:
            to = answer.destination
            if to is None:
                continue
            if (to, answer.mark) not in known:
                known[to, answer.mark] = self._translated_alike(context, to, answer.mark)
            if not known[to, answer.mark]:
                found.append(part)
        whole = bounds(found)
        if whole is not None:
            yield whole

    def _translated_alike(self, context: MapContext, to: DestinationRewrite, mark: Mark) -> bool:
        """Whether packets with a translation are judged alike on both sides, and reach the same holder."""
        old, new = self.paths
        if to.address is None:
            return same_parts(old, new, context, mark, mark)
        if holds(self.others, to.address):
            return False
        egress = old.forwarding.egress(to.address)
        one, other = old.passed(context, egress, mark), new.passed(context, egress, mark)
        return one is other or at(one, DESTINATION, to.address) is at(other, DESTINATION, to.address)

    def _apart(self, one: Sequence[Decided], other: Sequence[Decided]) -> list[Box]:
        """The boxes that only one of two lists has; all boxes if the common ones are not in the same order."""
        if self.names:
            one = [(part, self._named(answer)) for part, answer in one]
        old, new = dict[Decided, None].fromkeys(one), dict[Decided, None].fromkeys(other)
        if not same_order(old, new):
            return [part for part, _ in (*old, *new)]
        return [part for part, _ in old.keys() ^ new.keys()]

    def _named(self, answer: Answer) -> Answer:
        return answer._replace(by=self.names.get(answer.by, answer.by))


def _sourced(intent: Intent, egress: str) -> list[Decided]:
    return [(part, Answer("allow", source=source)) for part, source in intent.rewritten(egress)]


def bounds(boxes: Iterable[Box]) -> Box | None:
    """The smallest box that holds all given boxes; None without boxes."""
    found = list(boxes)
    if not found:
        return None
    columns = zip(*found, strict=True)
    return tuple(None if None in spans else _all(spans) for spans in map(dict.fromkeys, columns))


def _all(columns: Iterable[Spans | None]) -> Spans:
    return united(span for spans in columns for span in spans or ())


def passing_sources(early: Diagram[Answer], senders: Spans) -> Spans:
    """The given sources from which at least one packet passes the early check of source addresses."""
    if isinstance(early, Leaf):
        return senders if early.answer.verdict == "allow" else ()
    if early.level == SOURCE:
        parts = (part for sender in senders for part in pieces(early, SOURCE, sender))
        return united(span for span, child in parts if any(answer.verdict == "allow" for answer in answers(child)))
    return united(span for child in dict.fromkeys(early.children) for span in passing_sources(child, senders))


def any_allowed(path: PacketPath, context: MapContext, senders: Spans) -> bool:
    """Whether an entry allows any packet from these sources. Packets that taploom does not judge do not count.

    Args:
        path: a path with all boxes for packets from these sources.
        context: the context of the packets.
        senders: the sources.
    """
    if not senders or not _passes(path.early(context.ingress), senders):
        return False
    marks: set[Mark] = {
        "",
        *(answer.mark for answer in answers(path.translation(context.ingress)) if answer.destination),
    }
    ways = {egress for _, egress in path.forwarding.partition}
    return any(_passes(path.passed(context, egress, mark), senders) for egress in ways for mark in marks)


def _passes(diagram: Diagram[Answer], senders: Spans) -> bool:
    seen: set[int] = set()
    stack = [diagram]
    while stack:
        part = stack.pop()
        if isinstance(part, Leaf):
            if part.answer.verdict == "allow" and part.answer.by not in (FOREIGN.by, FOREIGN_INPUT.by):
                return True
        elif id(part) not in seen:
            seen.add(id(part))
            stack += part.children if part.level != SOURCE else _among(part, senders)
    return False


def _among(node: Node[Answer], senders: Spans) -> Iterator[Diagram[Answer]]:
    return (child for span in senders for _, child in pieces(node, SOURCE, span))


def sent_by(senders: Spans) -> Box:
    """All packets of some senders."""
    return box(source=senders)


def sent_to(destinations: Spans) -> Box:
    """All packets to some destinations."""
    return box(destination=destinations)
