"""Builds diagrams from other diagrams, to compose translation and routing with the judgement after them."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import TypeVar

from taploom.flows.algebra.diagram import Box, Diagram, Leaf, Node, child_at
from taploom.flows.algebra.manager import Manager
from taploom.flows.algebra.spans import Interval
from taploom.flows.packets.answer import MISS, Answer

A = TypeVar("A")
_FEW = 6
"""Maximum number of separate overlays in `laid`, as each takes a walk over the whole map."""


def stitched(manager: Manager[A], level: int, ends: Sequence[int], children: Sequence[Diagram[A]]) -> Diagram[A]:
    """The map with the given children below the intervals of a dimension; the children may cut any dimensions."""
    lowest = min((c.level for c in children if isinstance(c, Node)), default=level + 1)
    if lowest > level:
        return manager.node(level, ends, children)
    if lowest == level:
        return _level(manager, level, ends, children)
    cuts = sorted({end for c in children if isinstance(c, Node) and c.level == lowest for end in c.ends})
    columns = [_spread(child, lowest, cuts) for child in children]
    parts: dict[tuple[int, ...], Diagram[A]] = {}
    found = []
    for row in zip(*columns, strict=True):
        key = tuple(map(id, row))
        if key not in parts:
            parts[key] = stitched(manager, level, ends, row)
        found.append(parts[key])
    return manager.node(lowest, cuts, found)


def _level(manager: Manager[A], level: int, ends: Sequence[int], children: Sequence[Diagram[A]]) -> Diagram[A]:
    cuts: list[int] = []
    parts: list[Diagram[A]] = []
    first = 0
    for end, child in zip(ends, children, strict=True):
        for (_, last), part in pieces(child, level, (first, end)):
            cuts.append(last)
            parts.append(part)
        first = end + 1
    return manager.node(level, cuts, parts)


def _spread(diagram: Diagram[A], level: int, cuts: Sequence[int]) -> list[Diagram[A]]:
    if isinstance(diagram, Leaf) or diagram.level != level:
        return [diagram] * len(cuts)
    found, at = [], 0
    for cut in cuts:
        if diagram.ends[at] < cut:
            at += 1
        found.append(diagram.children[at])
    return found


def pieces(diagram: Diagram[A], level: int, within: Interval) -> list[tuple[Interval, Diagram[A]]]:
    """The pieces into which a map cuts an interval of the dimension `level`; the map must cut no earlier dimension."""
    if isinstance(diagram, Leaf) or diagram.level != level:
        return [(within, diagram)]
    first, last = within
    found = []
    for at in range(_index(diagram.ends, first), len(diagram.ends)):
        end = min(diagram.ends[at], last)
        found.append(((first, end), diagram.children[at]))
        first = end + 1
        if end == last:
            break
    return found


def at(diagram: Diagram[A], level: int, value: int) -> Diagram[A]:
    """The part of a map for one value of the dimension `level`; the map must not cut an earlier dimension."""
    if isinstance(diagram, Leaf) or diagram.level != level:
        return diagram
    return child_at(diagram, value)


def answers(diagram: Diagram[A]) -> set[A]:
    """All answers of a map."""
    seen: set[int] = set()
    stack, found = [diagram], set()
    while stack:
        d = stack.pop()
        if isinstance(d, Leaf):
            found.add(d.answer)
        elif id(d) not in seen:
            seen.add(id(d))
            stack += d.children
    return found


def _index(ends: Sequence[int], value: int) -> int:
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if ends[middle] < value else (low, middle)
    return low


def grafted(manager: Manager[A], diagram: Diagram[A], then: Callable[[A], Diagram[A]]) -> Diagram[A]:
    """The map in which each leaf is replaced by the map that `then` returns for the answer of the leaf."""
    memo: dict[int, Diagram[A]] = {}

    def walk(d: Diagram[A]) -> Diagram[A]:
        if isinstance(d, Leaf):
            return then(d.answer)
        found = memo.get(id(d))
        if found is None:
            found = memo[id(d)] = stitched(manager, d.level, d.ends, [walk(child) for child in d.children])  # noqa: F821 - see `del`
        return found

    made = walk(diagram)
    del walk  # a recursive closure keeps itself alive, and with it every map that it has seen
    return made


def moved(manager: Manager[A], diagram: Diagram[A], level: int, by: int) -> Diagram[A]:
    """The map whose answer for a value of a dimension is the answer of `diagram` for the value plus `by`.

    If the sum is outside the dimension, the answer is that of the nearest value in the dimension.
    """
    if by == 0:
        return diagram
    memo: dict[int, Diagram[A]] = {}
    top = manager.sizes[level] - 1

    def walk(d: Diagram[A]) -> Diagram[A]:
        if isinstance(d, Leaf) or d.level > level:
            return d
        found = memo.get(id(d))
        if found is None:
            if d.level < level:
                found = manager.node(d.level, d.ends, [walk(child) for child in d.children])  # noqa: F821 - see `del`
            else:
                found = _moved(manager, d, by, top)
            memo[id(d)] = found
        return found

    made = walk(diagram)
    del walk  # a recursive closure keeps itself alive, and with it every map that it has seen
    return made


def _moved(manager: Manager[A], node: Node[A], by: int, top: int) -> Diagram[A]:
    kept = [(end - by, child) for end, child in zip(node.ends, node.children, strict=True) if 0 <= end - by < top]
    last = node.children[_index(node.ends, min(top + by, node.ends[-1]))]
    return manager.node(node.level, [*(end for end, _ in kept), top], [*(child for _, child in kept), last])


def spliced(manager: Manager[A], level: int, parts: Iterable[tuple[Interval, Diagram[A]]]) -> Diagram[A]:
    """The map that is, in each interval of a dimension, the map given for it; the intervals must be consecutive."""
    ends: list[int] = []
    children: list[Diagram[A]] = []
    for (_, last), diagram in parts:
        ends.append(last)
        children.append(diagram)
    return stitched(manager, level, ends, children)


def laid(manager: Manager[Answer], decided: Sequence[tuple[Box, Answer]], rest: Answer) -> Diagram[Answer]:
    """The overlay of boxes; if the boxes have few runs of equal answers, each run is a separate overlay.

    The drops that the intent lists first are separate rules in the ruleset. So with separate overlays, intent and
    ruleset make the same overlays and share the work.
    """
    runs = [list(run) for _, run in groupby(decided, key=lambda one: manager.leaf(one[1]))]
    if not 1 < len(runs) <= _FEW:
        return manager.overlay(decided, rest)
    found = manager.overlay(runs[-1], rest)
    for run in reversed(runs[:-1]):
        over = manager.overlay(run, MISS)
        found = manager.choose(over, MISS, found, over)
    return found
