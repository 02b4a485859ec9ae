"""Exact maps from packets to answers, as interval decision diagrams.

A packet is a point: a whole number for each dimension. A diagram cuts one dimension after the other into intervals, and
its leaves are answers. Equal parts are one object (hash-consing), and neighbouring intervals with the same child are
merged, so each map has exactly one form. Two maps are equal if and only if they are the same object, and guests with
the same answers share parts. (Gouda and Liu's firewall decision diagrams, 2004, with Bryant's sharing, 1986.)
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from taploom.flows.algebra.spans import Interval

A = TypeVar("A")
Box = tuple[tuple[Interval, ...] | None, ...]
"""The intervals that a box covers in each dimension, sorted and disjoint; None for all values."""

OWN_BITS = 62
"""Number of leaves of a `Manager` that have separate bits; walks can look only for the answers of these leaves."""
SHARED = 1 << OWN_BITS
"""The bit that all other leaves share."""


class Leaf(Generic[A]):
    """A diagram with the same answer for all points; a manager has one leaf for each answer.

    Attributes:
        mask: the bit of the leaf; leaves after the first `OWN_BITS` share one bit.
    """

    __slots__ = ("answer", "mask")

    def __init__(self, answer: A, mask: int) -> None:
        self.answer = answer
        self.mask = mask


class Node(Generic[A]):
    """A diagram that cuts one dimension into intervals, with a child for each interval.

    Attributes:
        level: index of the dimension.
        ends: last value of each interval, ascending; the last interval ends where the dimension ends.
        children: the diagram below each interval; neighbours differ.
        mask: the bits of all leaves below, so that a walk can skip nodes without a wanted leaf.
    """

    __slots__ = ("children", "ends", "level", "mask")

    def __init__(self, level: int, ends: tuple[int, ...], children: "tuple[Diagram[A], ...]") -> None:
        self.level = level
        self.ends = ends
        self.children = children
        self.mask: int = 0
        for child in {*children}:
            self.mask |= child.mask


Diagram = Leaf[A] | Node[A]
Column = tuple[Sequence[int], Sequence[Diagram[A]]]
"""An interval of a dimension, cut into pieces: last value of each piece, and the diagram below each piece."""


def child_at(node: Node[A], value: int) -> Diagram[A]:
    """The child of a node for a value of the node's dimension."""
    return node.children[bisect_left(node.ends, value)]


def aligned(a: Diagram[A], b: Diagram[A]) -> tuple[int, Sequence[int], list[tuple[Diagram[A], Diagram[A]]]]:
    """The topmost dimension that two maps cut: its level, the ends of all cuts of both maps, the pairs of children."""
    level = topmost(a, b)
    last = next(d.ends[-1] for d in (a, b) if isinstance(d, Node) and d.level == level)
    ends, pairs = in_common(column(a, level, 0, last), column(b, level, 0, last))
    return level, ends, pairs


def topmost(*diagrams: Diagram[A]) -> int:
    """The first dimension that any of the maps cuts; at least one map must be a node."""
    return min([d.level for d in diagrams if isinstance(d, Node)])


def column(diagram: Diagram[A], level: int, first: int, last: int) -> Column[A]:
    """The cuts of a map within an interval of the dimension `level`; the map must not cut an earlier dimension."""
    if isinstance(diagram, Leaf) or diagram.level > level:
        return (last,), (diagram,)
    begin, end = bisect_left(diagram.ends, first), bisect_left(diagram.ends, last)
    if begin == 0 and diagram.ends[-1] == last:
        return diagram.ends, diagram.children
    return (*diagram.ends[begin:end], last), diagram.children[begin : end + 1]


def intervals(column: Column[A]) -> Iterator[tuple[Interval, Diagram[A]]]:
    """The pieces of a column that begins at 0, as intervals with the diagrams below them."""
    ends, below = column
    return zip(zip((0, *(end + 1 for end in ends)), ends, strict=False), below, strict=True)


def joined(columns: Iterable[Column[A]]) -> Column[A]:
    """The column of consecutive intervals that are given as separate columns."""
    ends: list[int] = []
    below: list[Diagram[A]] = []
    for cuts, parts in columns:
        ends += cuts
        below += parts
    return ends, below


def alike(one: Diagram[A], other: Diagram[A], level: int, within: Iterable[Interval]) -> bool:
    """Whether two maps are the same within intervals of the dimension `level`; they must cut no earlier dimension."""
    return all(column(one, level, *span) == column(other, level, *span) for span in within)


def in_common(one: Column[A], other: Column[A]) -> tuple[Sequence[int], list[tuple[Diagram[A], Diagram[A]]]]:
    """The common refinement of two columns of one interval: the ends of all cuts, and the pairs of children."""
    ends = one[0] if one[0] is other[0] else sorted({*one[0], *other[0]})
    return ends, list(zip(_spread(one, ends), _spread(other, ends), strict=True))


def _spread(column: Column[A], ends: Sequence[int]) -> Sequence[Diagram[A]]:
    own, below = column
    if len(own) == len(ends):
        return below
    if len(own) == 1:
        return [below[0]] * len(ends)
    children, at = [], 0
    for end in ends:
        if own[at] < end:
            at += 1
        children.append(below[at])
    return children
