"""Exact maps from packets to answers, as interval decision diagrams.

A packet is a point: a whole number for each dimension. A diagram cuts one dimension after the other into intervals, and
ends in an answer. Equal parts are one object (hash-consing), and neighbours with one child are merged, so a map has one
form only: two maps are equal exactly if they are the same object, and ten thousand guests cost as much as they differ.
(Gouda and Liu's firewall decision diagrams, 2004, with Bryant's sharing, 1986.)
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from netloom.flows.overlay import Overlay

A = TypeVar("A")
Interval = tuple[int, int]
"""First and last value, both included."""

Box = tuple[tuple[Interval, ...] | None, ...]
"""For each dimension the intervals that are meant, sorted and disjoint; None for all values."""


class Leaf(Generic[A]):
    """An answer; the same answer is the same leaf."""

    __slots__ = ("answer",)

    def __init__(self, answer: A) -> None:
        self.answer = answer


class Node(Generic[A]):
    """A dimension cut into intervals.

    Attributes:
        level: index of the dimension.
        ends: last value of each interval, ascending; the last one is the end of the dimension.
        children: what each interval leads to; neighbours differ.
    """

    __slots__ = ("children", "ends", "level")

    def __init__(self, level: int, ends: tuple[int, ...], children: "tuple[Diagram[A], ...]") -> None:
        self.level = level
        self.ends = ends
        self.children = children


Diagram = Leaf[A] | Node[A]


@dataclass(slots=True)
class Space(Generic[A]):
    """The dimensions, and the pool in which equal parts of diagrams are found again.

    Attributes:
        sizes: number of values of each dimension.
    """

    sizes: tuple[int, ...]
    _leaves: dict[A, Leaf[A]] = field(default_factory=dict)
    _nodes: dict[tuple[int, tuple[int, ...], tuple[int, ...]], Node[A]] = field(default_factory=dict)

    def leaf(self, answer: A) -> Leaf[A]:
        """The map that has one answer for every packet."""
        found = self._leaves.get(answer)
        if found is None:
            found = self._leaves[answer] = Leaf(answer)
        return found

    def node(self, level: int, ends: Sequence[int], children: "Sequence[Diagram[A]]") -> "Diagram[A]":
        """The one node that cuts a dimension so; a child itself where nothing is cut."""
        last = len(children) - 1
        keep = [i for i in range(last + 1) if i == last or children[i] is not children[i + 1]]
        if len(keep) == 1:
            return children[keep[0]]
        cuts, parts = tuple(ends[i] for i in keep), tuple(children[i] for i in keep)
        key = (level, cuts, tuple(map(id, parts)))
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = Node(level, cuts, parts)
        return found

    def overlay(self, boxes: Sequence[tuple[Box, A]], rest: A) -> "Diagram[A]":
        """The map in which the first box that holds a packet gives the answer, and `rest` where none does."""
        leaves = [self.leaf(answer) for _, answer in boxes]
        return Overlay(self, [box for box, _ in boxes], leaves, self.leaf(rest)).part(0, range(len(boxes)))

    def merge(self, join: Callable[[A, A], A], one: "Diagram[A]", other: "Diagram[A]") -> "Diagram[A]":
        """The map whose answer joins the answers of two maps."""
        memo: dict[tuple[int, int], Diagram[A]] = {}

        def walk(a: Diagram[A], b: Diagram[A]) -> Diagram[A]:
            if isinstance(a, Leaf) and isinstance(b, Leaf):
                return self.leaf(join(a.answer, b.answer))
            key = (id(a), id(b))
            found = memo.get(key)
            if found is None:
                level, ends, pairs = aligned(a, b)
                found = memo[key] = self.node(level, ends, [walk(x, y) for x, y in pairs])
            return found

        return walk(one, other)

    def choose(self, where: "Diagram[A]", holds: A, then: "Diagram[A]", otherwise: "Diagram[A]") -> "Diagram[A]":
        """`then` where the map `where` answers `holds`, else `otherwise`."""
        memo: dict[tuple[int, int, int], Diagram[A]] = {}

        def walk(w: Diagram[A], t: Diagram[A], o: Diagram[A]) -> Diagram[A]:
            if t is o:
                return t
            if isinstance(w, Leaf):
                return t if w.answer == holds else o
            key = (id(w), id(t), id(o))
            found = memo.get(key)
            if found is None:
                level, ends, triples = _aligned3(w, t, o)
                found = memo[key] = self.node(level, ends, [walk(*triple) for triple in triples])
            return found

        return walk(where, then, otherwise)

    def relabel(self, rename: Callable[[A], A], diagram: "Diagram[A]") -> "Diagram[A]":
        """The map with every answer replaced."""
        memo: dict[int, Diagram[A]] = {}

        def walk(d: Diagram[A]) -> Diagram[A]:
            if isinstance(d, Leaf):
                return self.leaf(rename(d.answer))
            found = memo.get(id(d))
            if found is None:
                found = memo[id(d)] = self.node(d.level, d.ends, [walk(child) for child in d.children])
            return found

        return walk(diagram)

    def fix(self, diagram: "Diagram[A]", level: int, value: int) -> "Diagram[A]":
        """The map with one dimension held at a value: it no longer asks for that dimension."""
        memo: dict[int, Diagram[A]] = {}

        def walk(d: Diagram[A]) -> Diagram[A]:
            if isinstance(d, Leaf) or d.level > level:
                return d
            if d.level == level:
                return child_at(d, value)
            found = memo.get(id(d))
            if found is None:
                found = memo[id(d)] = self.node(d.level, d.ends, [walk(child) for child in d.children])
            return found

        return walk(diagram)

    def regions(self, diagram: "Diagram[A]") -> "Iterator[tuple[tuple[Interval, ...], A]]":
        """All boxes of a map with their answers, in the order of their first points."""
        whole = tuple((0, size - 1) for size in self.sizes)

        def walk(d: Diagram[A], box: tuple[Interval, ...]) -> Iterator[tuple[tuple[Interval, ...], A]]:
            if isinstance(d, Leaf):
                yield box, d.answer
                return
            first = 0
            for last, child in zip(d.ends, d.children, strict=True):
                yield from walk(child, (*box[: d.level], (first, last), *box[d.level + 1 :]))
                first = last + 1

        return walk(diagram, whole)


def child_at(node: Node[A], value: int) -> Diagram[A]:
    """What a node leads to at a value of its dimension."""
    return node.children[bisect_left(node.ends, value)]


def answer_at(diagram: Diagram[A], point: Sequence[int]) -> A:
    """The answer for one packet."""
    while isinstance(diagram, Node):
        diagram = child_at(diagram, point[diagram.level])
    return diagram.answer


def aligned(a: Diagram[A], b: Diagram[A]) -> tuple[int, list[int], list[tuple[Diagram[A], Diagram[A]]]]:
    """The topmost dimension of two maps, cut as finely as both cut it."""
    level = min(d.level for d in (a, b) if isinstance(d, Node))
    ends = _common_ends((a, b), level)
    return level, ends, list(zip(_spread(a, level, ends), _spread(b, level, ends), strict=True))


def _aligned3(
    a: Diagram[A], b: Diagram[A], c: Diagram[A]
) -> tuple[int, list[int], list[tuple[Diagram[A], Diagram[A], Diagram[A]]]]:
    level = min(d.level for d in (a, b, c) if isinstance(d, Node))
    ends = _common_ends((a, b, c), level)
    spread = (_spread(a, level, ends), _spread(b, level, ends), _spread(c, level, ends))
    return level, ends, list(zip(*spread, strict=True))


def _common_ends(diagrams: Iterable[Diagram[A]], level: int) -> list[int]:
    return sorted({end for d in diagrams if isinstance(d, Node) and d.level == level for end in d.ends})


def _spread(diagram: Diagram[A], level: int, ends: Sequence[int]) -> list[Diagram[A]]:
    if isinstance(diagram, Leaf) or diagram.level > level:
        return [diagram] * len(ends)
    children, at = [], 0
    for end in ends:
        if diagram.ends[at] < end:
            at += 1
        children.append(diagram.children[at])
    return children
