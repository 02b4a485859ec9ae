"""The manager of diagrams, which makes all nodes, shares equal nodes, and implements the operations on maps."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice
from operator import is_not
from typing import Generic, TypeVar

from taploom.flows.algebra.diagram import (
    OWN_BITS,
    SHARED,
    Box,
    Diagram,
    Leaf,
    Node,
    aligned,
    alike,
    child_at,
    column,
    in_common,
    intervals,
    joined,
    topmost,
)
from taploom.flows.algebra.overlay import Overlay, OverlayCache
from taploom.flows.algebra.spans import Interval

A = TypeVar("A")


@dataclass(slots=True)
class Manager(Generic[A]):
    """Makes diagrams over given dimensions, such that equal parts of diagrams are one object.

    Attributes:
        sizes: number of values of each dimension.
    """

    sizes: tuple[int, ...]
    _leaves: dict[A, Leaf[A]] = field(default_factory=dict)
    _first: list[Leaf[A]] = field(default_factory=list)
    _nodes: dict[tuple[int, tuple[int, ...], "tuple[Diagram[A], ...]"], Node[A]] = field(default_factory=dict)
    _overlays: dict[object, "Diagram[A]"] = field(default_factory=dict)
    _known: OverlayCache[A] = field(default_factory=OverlayCache)
    _merged: dict[object, dict[tuple[int, int], "Diagram[A]"]] = field(default_factory=dict)
    _chosen: dict[Leaf[A], dict[tuple[int, int, int], "Diagram[A]"]] = field(default_factory=dict)

    def leaf(self, answer: A) -> Leaf[A]:
        """The map with one answer for all points."""
        found = self._leaves.get(answer)
        if found is None:
            found = self._leaves[answer] = Leaf(answer, 1 << len(self._first))
            if len(self._first) < OWN_BITS:
                self._first.append(found)
        return found

    def node(self, level: int, ends: Sequence[int], children: "Sequence[Diagram[A]]") -> "Diagram[A]":
        """The node with these intervals and children; if all children are the same diagram, that diagram."""
        differ = (*map(is_not, children, islice(children, 1, None)), True)
        if not all(differ):
            ends, children = list(compress(ends, differ)), list(compress(children, differ))
        if len(children) == 1:
            return children[0]
        key = (level, tuple(ends), tuple(children))  # a diagram equals only itself
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = Node(*key)
        return found

    def overlay(self, boxes: Sequence[tuple[Box, A]], rest: A) -> "Diagram[A]":
        """The map whose answer is that of the first box that contains the point, or `rest` for points in no box.

        The result is cached, so that intent and ruleset, or two revisions, share the work for equal boxes.
        """
        leaves = [self.leaf(answer) for _, answer in boxes]
        areas = [box for box, _ in boxes]
        alike = leaves.count(leaves[0]) == len(leaves) if leaves else True
        # The order of boxes makes no difference if all have the same answer.
        key = (frozenset(areas) if alike else tuple(areas), tuple(leaves[:1] if alike else leaves), self.leaf(rest))
        found = self._overlays.get(key)
        if found is None:
            made = Overlay(self.sizes, self.node, self._known, areas, leaves, self.leaf(rest)).part(
                0, range(len(areas))
            )
            found = self._overlays[key] = made
        return found

    def merge(self, join: Callable[[A, A], A], one: "Diagram[A]", other: "Diagram[A]") -> "Diagram[A]":
        """The map whose answer for a point is `join` of the answers of two maps; cached by `join` and pair of parts."""
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
        del walk  # a recursive closure keeps itself alive, and with it every map that it has seen
        return made

    def choose(self, where: "Diagram[A]", holds: A, then: "Diagram[A]", otherwise: "Diagram[A]") -> "Diagram[A]":
        """The map that is `then` for points for which `where` answers `holds`, and `otherwise` for all other points."""
        wanted = self.leaf(holds)
        memo = self._chosen.setdefault(wanted, {})
        bits = wanted.mask if wanted.mask != SHARED else -1

        def walk(w: "Diagram[A]", t: "Diagram[A]", o: "Diagram[A]") -> "Diagram[A]":
            if t is o or w is wanted:
                return t
            if isinstance(w, Leaf) or not w.mask & bits:
                return o
            key = (id(w), id(t), id(o))
            found = memo.get(key)
            if found is None:
                level = topmost(w, t, o)
                parts = list(intervals(column(w, level, 0, self.sizes[level] - 1)))
                if alike(t, o, level, (span for span, part in parts if part is not wanted)):
                    found = t  # `o` equals `t` wherever `o` would be chosen
                elif alike(t, o, level, (span for span, part in parts if part.mask & bits)):
                    found = o
                else:
                    columns = []
                    for span, part in parts:
                        if part is wanted or isinstance(part, Leaf) or not part.mask & bits:  # copied without a walk
                            columns.append(column(t if part is wanted else o, level, *span))
                        else:
                            ends, pairs = in_common(column(t, level, *span), column(o, level, *span))
                            columns.append((ends, [walk(part, *pair) for pair in pairs]))  # noqa: F821 - see `del`
                    found = self.node(level, *joined(columns))
                memo[key] = found
            return found

        made = walk(where, then, otherwise)
        del walk  # a recursive closure keeps itself alive, and with it every map that it has seen
        return made

    def relabel(self, rename: Callable[[A], A], diagram: "Diagram[A]") -> "Diagram[A]":
        """The map in which `rename` has replaced every answer."""
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
        del walk  # a recursive closure keeps itself alive, and with it every map that it has seen
        return made

    def _kept(self, rename: Callable[[A], A], diagram: "Diagram[A]") -> int:
        """The bits of the leaves that `rename` does not change."""
        own = [leaf for leaf in self._first if leaf.mask & diagram.mask]
        return sum(leaf.mask for leaf in own if self.leaf(rename(leaf.answer)) is leaf)

    def fix(self, diagram: "Diagram[A]", level: int, value: int) -> "Diagram[A]":
        """The map for a fixed value of one dimension; the result does not cut this dimension."""
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
        del walk  # a recursive closure keeps itself alive, and with it every map that it has seen
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
