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

from taploom.flows.overlay import Known, Overlay
from taploom.flows.spans import Interval

A = TypeVar("A")
Box = tuple[tuple[Interval, ...] | None, ...]
"""For each dimension the intervals that are meant, sorted and disjoint; None for all values."""

OWN_BITS = 62
"""Leaves of a space that have a bit of their own; the answers that walks look for are among the first."""
_SHARED = 1 << OWN_BITS


class Leaf(Generic[A]):
    """An answer; the same answer is the same leaf.

    Attributes:
        mask: a bit of its own; the leaves behind the first `OWN_BITS` share one.
    """

    __slots__ = ("answer", "mask")

    def __init__(self, answer: A, mask: int) -> None:
        self.answer = answer
        self.mask = mask


class Node(Generic[A]):
    """A dimension cut into intervals.

    Attributes:
        level: index of the dimension.
        ends: last value of each interval, ascending; the last one is the end of the dimension.
        children: what each interval leads to; neighbours differ.
        mask: the bits of all leaves below, so that a walk passes by what does not concern it.
    """

    __slots__ = ("children", "ends", "level", "mask")

    def __init__(self, level: int, ends: tuple[int, ...], children: "tuple[Diagram[A], ...]") -> None:
        self.level = level
        self.ends = ends
        self.children = children
        self.mask: int = 0
        for child in children:
            self.mask |= child.mask


Diagram = Leaf[A] | Node[A]


@dataclass(slots=True)
class Space(Generic[A]):
    """The dimensions, and the pool in which equal parts of diagrams are found again.

    Attributes:
        sizes: number of values of each dimension.
    """

    sizes: tuple[int, ...]
    _leaves: dict[A, Leaf[A]] = field(default_factory=dict)
    _first: list[Leaf[A]] = field(default_factory=list)
    _nodes: dict[tuple[int, tuple[int, ...], tuple[int, ...]], Node[A]] = field(default_factory=dict)
    _overlays: dict[object, "Diagram[A]"] = field(default_factory=dict)
    _known: Known[A] = field(default_factory=Known)
    _merged: dict[object, dict[tuple[int, int], "Diagram[A]"]] = field(default_factory=dict)
    _chosen: dict[Leaf[A], dict[tuple[int, int, int], "Diagram[A]"]] = field(default_factory=dict)

    def leaf(self, answer: A) -> Leaf[A]:
        """The map that has one answer for every packet."""
        found = self._leaves.get(answer)
        if found is None:
            found = self._leaves[answer] = Leaf(answer, 1 << len(self._first))
            if len(self._first) < OWN_BITS:
                self._first.append(found)
        return found

    def node(self, level: int, ends: Sequence[int], children: "Sequence[Diagram[A]]") -> "Diagram[A]":
        """The one node that cuts a dimension so; a child itself where nothing is cut."""
        cuts: list[int] = []
        parts: list[Diagram[A]] = []
        before: Diagram[A] | None = None
        for end, child in zip(ends, children, strict=True):
            if child is before:
                cuts[-1] = end
            else:
                cuts.append(end)
                parts.append(child)
                before = child
        if len(parts) == 1:
            return parts[0]
        key = (level, tuple(cuts), tuple(map(id, parts)))
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = Node(level, key[1], tuple(parts))
        return found

    def overlay(self, boxes: Sequence[tuple[Box, A]], rest: A) -> "Diagram[A]":
        """The map in which the first box that holds a packet gives the answer, and `rest` where none does.

        The same boxes are laid over one another once, for whichever of two witnesses or revisions asks first.
        """
        leaves = [self.leaf(answer) for _, answer in boxes]
        areas = [box for box, _ in boxes]
        alike = leaves.count(leaves[0]) == len(leaves) if leaves else True
        # Boxes of one answer are the same map in any order; those of several are where their order is the same.
        key = (frozenset(areas) if alike else tuple(areas), tuple(leaves[:1] if alike else leaves), self.leaf(rest))
        found = self._overlays.get(key)
        if found is None:
            made = Overlay(self, self._known, areas, leaves, self.leaf(rest)).part(0, range(len(areas)))
            found = self._overlays[key] = made
        return found

    def merge(self, join: Callable[[A, A], A], one: "Diagram[A]", other: "Diagram[A]") -> "Diagram[A]":
        """The map whose answer joins the answers of two maps; what a `join` has made of two parts is made once."""
        memo = self._merged.setdefault(join, {})

        def walk(a: "Diagram[A]", b: "Diagram[A]") -> "Diagram[A]":
            if isinstance(a, Leaf) and isinstance(b, Leaf):
                return self.leaf(join(a.answer, b.answer))
            key = (id(a), id(b))
            found = memo.get(key)
            if found is None:
                level, ends, pairs = aligned(a, b)
                found = memo[key] = self.node(level, ends, [walk(x, y) for x, y in pairs])  # noqa: F821 - see `del`
            return found

        made = walk(one, other)
        del walk  # a function that calls itself holds itself, and with it every map that it has seen
        return made

    def choose(self, where: "Diagram[A]", holds: A, then: "Diagram[A]", otherwise: "Diagram[A]") -> "Diagram[A]":
        """`then` where the map `where` answers `holds`, else `otherwise`."""
        wanted = self.leaf(holds)
        memo = self._chosen.setdefault(wanted, {})
        bit = wanted.mask if wanted.mask != _SHARED else 0

        def walk(w: "Diagram[A]", t: "Diagram[A]", o: "Diagram[A]") -> "Diagram[A]":
            if t is o:
                return t
            if isinstance(w, Leaf):
                return t if w is wanted else o
            if bit and not w.mask & bit:
                return o
            key = (id(w), id(t), id(o))
            found = memo.get(key)
            if found is None:
                level, ends, triples = _aligned3(w, t, o)
                found = memo[key] = self.node(level, ends, [walk(*triple) for triple in triples])  # noqa: F821 - see `del`
            return found

        made = walk(where, then, otherwise)
        del walk  # a function that calls itself holds itself, and with it every map that it has seen
        return made

    def relabel(self, rename: Callable[[A], A], diagram: "Diagram[A]") -> "Diagram[A]":
        """The map with every answer replaced."""
        memo: dict[int, Diagram[A]] = {}
        kept = self._kept(rename, diagram)

        def walk(d: "Diagram[A]") -> "Diagram[A]":
            if not d.mask & ~kept:
                return d
            found = memo.get(id(d))
            if found is None:
                if isinstance(d, Leaf):
                    found = self.leaf(rename(d.answer))
                else:
                    found = self.node(d.level, d.ends, [walk(child) for child in d.children])  # noqa: F821 - see `del`
                memo[id(d)] = found
            return found

        made = walk(diagram)
        del walk  # a function that calls itself holds itself, and with it every map that it has seen
        return made

    def _kept(self, rename: Callable[[A], A], diagram: "Diagram[A]") -> int:
        """The bits of leaves that stay as they are."""
        own = [leaf for leaf in self._first if leaf.mask & diagram.mask]
        return sum(leaf.mask for leaf in own if self.leaf(rename(leaf.answer)) is leaf)

    def fix(self, diagram: "Diagram[A]", level: int, value: int) -> "Diagram[A]":
        """The map with one dimension held at a value: it no longer asks for that dimension."""
        memo: dict[int, Diagram[A]] = {}

        def walk(d: "Diagram[A]") -> "Diagram[A]":
            if isinstance(d, Leaf) or d.level > level:
                return d
            if d.level == level:
                return child_at(d, value)
            found = memo.get(id(d))
            if found is None:
                found = memo[id(d)] = self.node(d.level, d.ends, [walk(child) for child in d.children])  # noqa: F821 - see `del`
            return found

        made = walk(diagram)
        del walk  # a function that calls itself holds itself, and with it every map that it has seen
        return made

    def regions(self, diagram: "Diagram[A]") -> "Iterator[tuple[tuple[Interval, ...], A]]":
        """All boxes of a map with their answers, in the order of their first points."""
        whole = tuple((0, size - 1) for size in self.sizes)

        def walk(d: "Diagram[A]", box: tuple[Interval, ...]) -> Iterator[tuple[tuple[Interval, ...], A]]:
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


def aligned(a: Diagram[A], b: Diagram[A]) -> tuple[int, Sequence[int], list[tuple[Diagram[A], Diagram[A]]]]:
    """The topmost dimension of two maps, cut as finely as both cut it."""
    level = _topmost(a, b)
    ends = _common_ends((a, b), level)
    return level, ends, list(zip(_spread(a, level, ends), _spread(b, level, ends), strict=True))


def _aligned3(
    a: Diagram[A], b: Diagram[A], c: Diagram[A]
) -> tuple[int, Sequence[int], list[tuple[Diagram[A], Diagram[A], Diagram[A]]]]:
    level = _topmost(a, b, c)
    ends = _common_ends((a, b, c), level)
    spread = (_spread(a, level, ends), _spread(b, level, ends), _spread(c, level, ends))
    return level, ends, list(zip(*spread, strict=True))


def _topmost(*diagrams: Diagram[A]) -> int:
    """The first dimension that any of some maps asks for; at least one of them has to ask for any."""
    return min([d.level for d in diagrams if isinstance(d, Node)])


def _common_ends(diagrams: Iterable[Diagram[A]], level: int) -> Sequence[int]:
    cut = {id(d): d.ends for d in diagrams if isinstance(d, Node) and d.level == level}
    if len(cut) == 1:
        return next(iter(cut.values()))
    return sorted({end for ends in cut.values() for end in ends})


def _spread(diagram: Diagram[A], level: int, ends: Sequence[int]) -> Sequence[Diagram[A]]:
    if isinstance(diagram, Leaf) or diagram.level > level:
        return [diagram] * len(ends)
    if ends is diagram.ends:
        return diagram.children
    children, at = [], 0
    own, below = diagram.ends, diagram.children
    for end in ends:
        if own[at] < end:
            at += 1
        children.append(below[at])
    return children
