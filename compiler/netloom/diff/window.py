"""Where two courses can part: the only destinations, or senders, for which it is worth composing their stages.

A course is composed destination by destination: what becomes of a packet hangs on the parts of its stages for its
destination, and for the one that it is translated to, and on nothing else. Equal parts are one object, so where all of
these are the same, so is the outcome, and a change of forty entries is looked at where these forty are.
"""

from collections.abc import Iterator

from netloom.flows.agreement import same_parts
from netloom.flows.answer import FOREIGN, FOREIGN_INPUT, Answer, Destination
from netloom.flows.course import Context, Course
from netloom.flows.diagram import Diagram, Interval, Leaf, Node
from netloom.flows.packet import DESTINATION, SOURCE
from netloom.flows.spans import Spans, united
from netloom.flows.stitch import answers, at, pieces


def parting(old: Course, new: Course, context: Context) -> Spans | None:
    """Destinations outside of which two courses over one space do the same in a context; None for all."""
    ingress = context.ingress
    if old.kernel.partition != new.kernel.partition or old.early(ingress) is not new.early(ingress):
        return None
    return united([*_judged_apart(old, new, context), *_translated_apart(old, new, context)])


def _judged_apart(old: Course, new: Course, context: Context) -> Iterator[Interval]:
    for span, egress in old.kernel.partition:
        one, other = old.passed(context, egress, ""), new.passed(context, egress, "")
        if one is not other:
            yield from (part for part, a, b in _side_by_side(one, other, span) if a is not b)


def _translated_apart(old: Course, new: Course, context: Context) -> Iterator[Interval]:
    one, other = old.translation(context.ingress), new.translation(context.ingress)
    known: dict[int, bool] = {}
    for part, a, b in _side_by_side(one, other, (0, old.space.sizes[DESTINATION] - 1)):
        if a is not b:
            yield part
            continue
        if id(a) not in known:
            leaves = {(answer.destination, answer.mark) for answer in answers(a) if answer.destination}
            known[id(a)] = all(_same_behind(old, new, context, to, mark) for to, mark in leaves)
        if not known[id(a)]:
            yield part


def _same_behind(old: Course, new: Course, context: Context, to: Destination, mark: str) -> bool:
    """Whether what is translated so is judged alike."""
    if to.address is None:
        return same_parts(old, new, context, mark, mark)
    egress = old.kernel.egress(to.address)
    one, other = old.passed(context, egress, mark), new.passed(context, egress, mark)
    return one is other or at(one, DESTINATION, to.address) is at(other, DESTINATION, to.address)


def _side_by_side(
    one: Diagram[Answer], other: Diagram[Answer], span: Interval
) -> Iterator[tuple[Interval, Diagram[Answer], Diagram[Answer]]]:
    """The parts of two maps for each destination of a span."""
    for within, a in pieces(one, DESTINATION, span):
        yield from ((part, a, b) for part, b in pieces(other, DESTINATION, within))


def heard(course: Course, context: Context, senders: Spans) -> bool:
    """Whether an entry lets any packet with one of these senders pass; what is foreign, no entry does."""
    if not senders or not _passes(course.early(context.ingress), senders):
        return False
    marks = {"", *(answer.mark for answer in answers(course.translation(context.ingress)) if answer.destination)}
    ways = {egress for _, egress in course.kernel.partition}
    return any(_passes(course.passed(context, egress, mark), senders) for egress in ways for mark in marks)


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
