"""Compares two packet paths stage by stage; this quick comparison is enough for correct rulesets.

To compose the stages, a map of all packets is built for each ingress interface. To compare the stages, one look at each
part is enough, because equal parts are one object. Equal stages compose to equal outcomes, so the answer True is
exact. After the answer False, only the composition shows whether the outcomes differ.
"""

from taploom.flows.algebra.diagram import Diagram, Leaf, aligned
from taploom.flows.algebra.spans import Interval
from taploom.flows.packets.answer import Answer, Mark
from taploom.flows.packets.packet import DESTINATION, LEVELS, PORT
from taploom.flows.proof.packet_path import MapContext, PacketPath
from taploom.flows.proof.stitch import at, pieces

BoxPart = tuple[Interval | None, ...]
"""A box with one interval in each dimension, or None for all values of the dimension."""


def agreement(one: PacketPath, other: PacketPath, context: MapContext) -> bool:
    """Whether the stages of two paths have the same effect in a context; both paths must use the same manager."""
    if one.early(context.ingress) is not other.early(context.ingress):
        return False
    if not same_parts(one, other, context, "", ""):
        return False
    translations = (one.translation(context.ingress), other.translation(context.ingress))
    if context.way is not None and not any(map(one.uses_default_route, translations)):
        return True
    return _same_translated(one, other, context, translations, (None,) * LEVELS)


def same_parts(one: PacketPath, other: PacketPath, context: MapContext, mark: Mark, other_mark: Mark) -> bool:
    """Whether two paths judge packets alike at each egress; only destinations with this egress are compared."""
    for egress, spans in one.forwarding.parts.items():
        a, b = one.passed(context, egress, mark), other.passed(context, egress, other_mark)
        if a is not b and any(_cut(a, span) != _cut(b, span) for span in spans):
            return False
    return True


def _cut(diagram: Diagram[Answer], span: tuple[int, int]) -> list[tuple[int, int]]:
    """The parts of a map within an interval of destinations, as ends and identities; equal neighbours are merged."""
    found: list[tuple[int, int]] = []
    for (_, last), part in pieces(diagram, DESTINATION, span):
        if found and found[-1][1] == id(part):
            found.pop()
        found.append((last, id(part)))
    return found


def _same_translated(
    one: PacketPath, other: PacketPath, context: MapContext, pair: tuple[Diagram[Answer], Diagram[Answer]], box: BoxPart
) -> bool:
    """Whether two paths translate the packets of a box alike, and judge the translated packets alike."""
    a, b = pair
    if isinstance(a, Leaf) and isinstance(b, Leaf):
        return _same_leaf(one, other, context, a.answer, b.answer, box)
    level, ends, pairs = aligned(a, b)
    first = 0
    for last, inner in zip(ends, pairs, strict=True):
        if not _same_translated(one, other, context, inner, (*box[:level], (first, last), *box[level + 1 :])):
            return False
        first = last + 1
    return True


def _same_leaf(one: PacketPath, other: PacketPath, context: MapContext, a: Answer, b: Answer, box: BoxPart) -> bool:
    if a.destination != b.destination or a.verdict != b.verdict:
        return False
    if a.destination is None:
        return True
    value = a.destination.address
    if value is None:
        return same_parts(one, other, context, a.mark, b.mark)
    egress = one.forwarding.egress(value)
    wanted, found = one.passed(context, egress, a.mark), other.passed(context, egress, b.mark)
    ports, by = box[PORT], a.destination.port
    inside = box if ports is None else (*box[:PORT], (ports[0] + by, ports[1] + by), *box[PORT + 1 :])
    return _same_within(at(wanted, DESTINATION, value), at(found, DESTINATION, value), inside)


def _same_within(a: Diagram[Answer], b: Diagram[Answer], box: BoxPart) -> bool:
    """Whether two maps are equal for the packets of a box."""
    if a is b:
        return True
    if isinstance(a, Leaf) and isinstance(b, Leaf):
        return False
    level, ends, pairs = aligned(a, b)
    span = box[level]
    first = 0
    for last, (x, y) in zip(ends, pairs, strict=True):
        if x is not y and (span is None or (first <= span[1] and span[0] <= last)) and not _same_within(x, y, box):
            return False
        first = last + 1
    return True
