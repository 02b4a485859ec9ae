"""Composes the stages of a host to the outcome of each packet, for any implementation of `Stages`.

Intent and ruleset implement this protocol, so their stages can be compared, and also their composed outcomes.
"""

from collections.abc import Iterator
from dataclasses import field
from typing import Protocol

from taploom.base.frozen import dataclass
from taploom.base.memo import memo
from taploom.flows.algebra.diagram import Diagram, Leaf
from taploom.flows.algebra.manager import Manager
from taploom.flows.packets.answer import ELSEWHERE, MISS, PASS, Answer, Mark
from taploom.flows.packets.forwarding import OTHER, SELF, Forwarding
from taploom.flows.packets.packet import DESTINATION, PORT
from taploom.flows.proof.stitch import answers, at, grafted, moved, spliced
from taploom.plan.interfaces import interfaces


class Stages(Protocol):
    """The stages of one host in one family; the manager of the `PacketPath` makes all their diagrams."""

    def early(self, ingress: str) -> Diagram[Answer]:
        """The packets that the host drops first of all (raw prerouting)."""
        ...

    def destination(self, ingress: str) -> Diagram[Answer]:
        """The destination translations of new connections (dstnat of prerouting, or of output for `SELF`)."""
        ...

    def judged(self, ingress: str, egress: str, mark: Mark) -> Diagram[Answer]:
        """The verdicts about packets (input, forward or output), and their source translations (srcnat).

        Args:
            ingress: interface, `OTHER` or `SELF`.
            egress: interface, `OTHER`, or `SELF` for the host's own input.
            mark: the mark that the destination translation has given; "" for untranslated packets.
        """
        ...


@dataclass(frozen=True, slots=True)
class MapContext:
    """The packets that one map describes.

    Attributes:
        ingress: the ingress interface of the packets; `SELF` for packets that the host sends.
        way: the interface of the default route, for packets that match only a default route; None for other packets.
    """

    ingress: str
    way: str | None


def contexts(forwarding: Forwarding) -> Iterator[MapContext]:
    """All contexts of a host."""
    ingresses = [*(each.device for each in interfaces(forwarding.host)), OTHER, SELF]
    return (MapContext(ingress, way) for ingress in ingresses for way in (None, *forwarding.ways))


ComposedMaps = dict[tuple[int, Answer], Diagram[Answer]]
"""Cache of the maps that `_translated` builds. Key: `id()` of the map for the new destination, and the translation."""


@dataclass(frozen=True)
class PacketPath:
    """The path of packets through one host: the composition of its stages.

    Attributes:
        behind: the cache of the maps of translated packets; several paths of one manager may share it.
    """

    manager: Manager[Answer]
    forwarding: Forwarding
    stages: Stages
    behind: ComposedMaps = field(default_factory=dict)

    def outcome(self, context: MapContext) -> Diagram[Answer]:
        """The outcome of the packets of a context; `ELSEWHERE` for packets that belong to another context."""
        manager, ingress = self.manager, context.ingress
        translation = self.translation(ingress)
        plain = self.routed(context, "")
        if (
            isinstance(translation, Leaf)
            and translation.answer.destination is None
            and not _refused(translation.answer)
        ):
            return self._guarded(ingress, plain)

        def then(leaf: Answer) -> Diagram[Answer]:
            if _refused(leaf):
                return manager.leaf(leaf)
            return manager.leaf(MISS) if leaf.destination is None else self._translated(context, leaf)

        behind = grafted(manager, translation, then)
        return self._guarded(ingress, manager.choose(behind, MISS, plain, behind))

    @memo
    def early(self, ingress: str) -> Diagram[Answer]:
        """The answers for packets that the host drops first of all; `PASS` for all others."""
        stage = self.manager.leaf(PASS) if ingress == SELF else self.stages.early(ingress)
        return self.manager.relabel(lambda a: PASS if a.verdict == "allow" else a, stage)

    def _guarded(self, ingress: str, diagram: Diagram[Answer]) -> Diagram[Answer]:
        early, out = self.early(ingress), self.manager.leaf(ELSEWHERE)
        return self.manager.choose(early, PASS, diagram, self.manager.choose(diagram, ELSEWHERE, out, early))

    @memo
    def translation(self, ingress: str) -> Diagram[Answer]:
        """The destination translations of new connections."""
        return self.stages.destination(ingress)

    @memo
    def uses_default_route(self, translation: Diagram[Answer]) -> bool:
        """Whether packets to some translated destination may leave by a default route."""
        targets = {a.destination for a in answers(translation) if a.destination is not None}
        return any(t.address is None or not self.forwarding.egress(t.address) for t in targets)

    @memo
    def routed(self, context: MapContext, mark: Mark) -> Diagram[Answer]:
        """The outcome of packets whose destination is not translated any more."""
        ways = {egress: self.passed(context, egress, mark) for egress in {way for _, way in self.forwarding.partition}}
        parts = [(span, ways[egress]) for span, egress in self.forwarding.partition]
        return spliced(self.manager, DESTINATION, parts)

    def passed(self, context: MapContext, egress: str, mark: Mark) -> Diagram[Answer]:
        """The judgement about packets that leave by `egress`; `ELSEWHERE` if they belong to another context.

        Packets that match only a default route (`egress` is "") belong to the contexts with a `way`; all other packets
        belong to the context without a `way`.
        """
        if bool(egress) == (context.way is not None):
            return self.manager.leaf(ELSEWHERE)
        return self.stages.judged(context.ingress, egress or context.way or "", mark)

    def _translated(self, context: MapContext, leaf: Answer) -> Diagram[Answer]:
        """The outcome of packets with the translation `leaf`, as a map of the packets before the translation."""
        to = leaf.destination
        assert to is not None
        if to.address is not None:
            egress = self.forwarding.egress(to.address)
            found = at(self.passed(context, egress, leaf.mark), DESTINATION, to.address)
        else:
            found = moved(self.manager, self.routed(context, leaf.mark), DESTINATION, to.shift)
        key = (id(found), leaf)  # the manager keeps the map alive, so its identity stays unique
        made = self.behind.get(key)
        if made is None:
            made = self.manager.relabel(lambda a: _named(a, leaf), moved(self.manager, found, PORT, to.port))
            self.behind[key] = made
        return made


def _refused(answer: Answer) -> bool:
    """Whether a NAT chain drops the packet; the lowering never emits such a rule, but the kernel would obey one."""
    return answer.verdict == "drop"


def _named(answer: Answer, leaf: Answer) -> Answer:
    """The answer for a translated packet, with the translation `leaf` added."""
    if answer.verdict != "allow":
        return answer
    return answer._replace(by=answer.by or leaf.by, destination=leaf.destination)
