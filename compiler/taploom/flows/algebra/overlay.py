"""Makes a diagram from boxes that may overlap: cuts one dimension after the other, and makes each part only once."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import cycle, islice
from typing import Generic, TypeVar

from taploom.flows.algebra.bits import Pieces
from taploom.flows.algebra.diagram import Box, Diagram, Leaf
from taploom.flows.algebra.spans import Interval, Spans, united

A = TypeVar("A")
_MANY = 16
"""Number of boxes, and of pieces of a dimension, above which `Overlay._united` is faster than separate parts."""


class OverlayCache(Generic[A]):
    """The cache of the parts that a `Manager` has made in earlier overlays.

    Attributes:
        tails: an index for each tail; a tail is the part of a box from some dimension on, with the answer of the box.
        parts: the map of each sequence of tails, in which the first tail wins.
    """

    __slots__ = ("parts", "tails")

    def __init__(self) -> None:
        self.tails: dict[object, int] = {}
        self.parts: dict[object, Diagram[A]] = {}


class Overlay(Generic[A]):
    """Makes the diagram of a sequence of boxes that may overlap; equal sequences of tails share one map."""

    __slots__ = ("boxes", "ground", "leaves", "memo", "node", "rest", "sizes", "tails", "wholes")

    def __init__(
        self,
        sizes: Sequence[int],
        node: Callable[[int, Sequence[int], Sequence[Diagram[A]]], Diagram[A]],
        known: OverlayCache[A],
        boxes: Sequence[Box],
        leaves: Sequence[Leaf[A]],
        rest: Leaf[A],
    ) -> None:
        self.sizes, self.node, self.boxes, self.leaves, self.rest = sizes, node, boxes, leaves, rest
        self.wholes = [_whole_from(box) for box in boxes]
        self.tails = _tails(known.tails, boxes, leaves)
        self.ground = known.tails.setdefault(rest, len(known.tails))
        self.memo = known.parts

    def part(self, level: int, over: Sequence[int]) -> Diagram[A]:
        """The map of the boxes with the indexes `over` in the dimensions from `level` on; the first box wins.

        A box that covers all values from `level` on hides the boxes after it.
        """
        if not over:
            return self.rest
        if self.wholes[over[0]] <= level:
            return self.leaves[over[0]]
        if len(over) == 1:
            return self._single(level, over[0])
        alike: dict[int, int] = {}  # a box hides later boxes that equal it from here on
        for index in over:
            alike.setdefault(self.tails[index][level], index)
            if self.wholes[index] <= level:
                break
        if len(alike) == 1:
            return self._single(level, over[0])
        active = list(alike.values())
        boxes = [self.boxes[index] for index in active]
        while all(box[level] is None for box in boxes):
            level += 1
        tails = [self.tails[index][level] for index in active]
        leaf = self.leaves[active[0]]
        if all(self.leaves[index] is leaf for index in active):
            tails.sort()  # with a single answer, the order, in which intent and ruleset may differ, has no effect
        key = (self.ground, *tails)
        found = self.memo.get(key)
        if found is None:
            last = all(self.wholes[index] <= level + 1 for index in active)
            found = self.memo[key] = self._last(level, active) if last else self._cut_by(level, active)
        return found

    def _cut_by(self, level: int, active: Sequence[int]) -> Diagram[A]:
        """The node of a dimension that boxes cut; each child is the map of the boxes that cover its piece."""
        union = self._united(level, active) if len(active) > _MANY else None
        if union is not None:
            return union
        ends, groups = self._slices(level, active)
        made: dict[int, Diagram[A]] = {}
        for group in groups:
            if id(group) not in made:
                made[id(group)] = self.part(level + 1, group)
        return self.node(level, ends, [made[id(group)] for group in groups])

    def _united(self, level: int, active: Sequence[int]) -> Diagram[A] | None:
        """The node of a dimension if each child is the union of sets of intervals; else None.

        Children are unions if all boxes have the same answer and cut only one dimension after `level`.
        """
        leaf = self.leaves[active[0]]
        if any(self.leaves[index] is not leaf for index in active):
            return None
        boxes = [self.boxes[index] for index in active]
        asked = {at for box in boxes for at in range(level + 1, len(box)) if box[at] is not None}
        if len(asked) != 1:
            return None
        (at,) = asked
        above, below = (Pieces(self.sizes[d], [spans for box in boxes if (spans := box[d])]) for d in (level, at))
        if len(above.lasts) <= _MANY:
            return None
        masks = defaultdict[Spans | None, int](int)
        for box in boxes:
            masks[box[level]] |= below.mask(box[at])
        unions = above.unions(masks)
        made = {mask: self._union(at, below, mask, leaf) for mask in {*unions}}
        return self.node(level, above.lasts, [made[mask] for mask in unions])

    def _union(self, level: int, pieces: Pieces, mask: int, leaf: Leaf[A]) -> Diagram[A]:
        """The map that is `leaf` within a set of pieces of a dimension, given as a mask, and `rest` elsewhere."""
        ends, inside = pieces.ends(mask)
        alternating = (leaf, self.rest) if inside else (self.rest, leaf)
        return self.node(level, ends, [*islice(cycle(alternating), len(ends))])

    def _last(self, level: int, active: Sequence[int]) -> Diagram[A]:
        """The node of the last dimension that any box cuts; the first box that covers a piece gives its answer."""
        whole: tuple[Interval, ...] = ((0, self.sizes[level] - 1),)
        spans = [(index, self.boxes[index][level]) for index in active]
        leaf = self.leaves[active[0]]
        if all(self.leaves[index] is leaf for index in active):
            return self._cut(level, united([span for _, of in spans for span in (whole if of is None else of)]), leaf)
        opening = sorted([(first, last, index) for index, of in spans for first, last in (whole if of is None else of)])
        cuts = sorted({0, self.sizes[level], *(at for first, last, _ in opening for at in (first, last + 1))})
        over: list[tuple[int, int]] = []
        children: list[Diagram[A]] = []
        opened = 0
        for start in cuts[:-1]:
            while opened < len(opening) and opening[opened][0] == start:
                heappush(over, (opening[opened][2], opening[opened][1]))
                opened += 1
            while over and over[0][1] < start:
                heappop(over)
            children.append(self.leaves[over[0][0]] if over else self.rest)
        return self.node(level, [end - 1 for end in cuts[1:]], children)

    def _single(self, level: int, index: int) -> Diagram[A]:
        """The map of a single box in the dimensions from `level` on."""
        box, tails = self.boxes[index], self.tails[index]
        found = self.memo.get((self.ground, tails[level]))
        if found is None:
            found = self.leaves[index]
            for at in range(self.wholes[index] - 1, level - 1, -1):
                spans = box[at]
                if spans is not None:
                    key = (self.ground, tails[at])
                    known = self.memo.get(key)
                    if known is None:
                        known = self.memo[key] = self._cut(at, spans, found)
                    found = known
            self.memo[self.ground, tails[level]] = found
        return found

    def _cut(self, level: int, spans: "tuple[Interval, ...]", inside: Diagram[A]) -> Diagram[A]:
        ends: list[int] = []
        children: list[Diagram[A]] = []
        for first, last in spans:
            if first > 0:
                ends.append(first - 1)
                children.append(self.rest)
            ends.append(last)
            children.append(inside)
        if not ends or ends[-1] < self.sizes[level] - 1:  # an empty box covers nothing
            ends.append(self.sizes[level] - 1)
            children.append(self.rest)
        return self.node(level, ends, children)

    def _slices(self, level: int, active: Sequence[int]) -> tuple[list[int], list[list[int]]]:
        """The pieces into which boxes cut a dimension, each with the indexes of the boxes that cover it, in order."""
        whole: list[int] = []
        cutting: dict[tuple[Interval, ...], list[int]] = {}
        for index in active:
            spans = self.boxes[index][level]
            if spans is None:
                whole.append(index)
            else:
                cutting.setdefault(spans, []).append(index)
        pieces = sorted([(span, indices) for spans, indices in cutting.items() for span in spans], key=_start)
        last = -1
        for span, _ in pieces:
            if span[0] <= last:
                return self._overlapping(level, whole, cutting)
            last = span[1]
        return self._disjoint(level, whole, {id(indices): indices for indices in cutting.values()}, pieces)

    def _disjoint(
        self, level: int, whole: list[int], cutting: dict[int, list[int]], pieces: "list[tuple[Interval, list[int]]]"
    ) -> tuple[list[int], list[list[int]]]:
        """The result of `_slices` for groups of boxes without a common value, such as the addresses of guests."""
        over = {key: sorted([*whole, *indices]) if whole else indices for key, indices in cutting.items()}
        ends: list[int] = []
        groups: list[list[int]] = []
        start = 0
        for (first, last), indices in pieces:
            if first > start:
                ends.append(first - 1)
                groups.append(whole)
            ends.append(last)
            groups.append(over[id(indices)])
            start = last + 1
        if start < self.sizes[level]:
            ends.append(self.sizes[level] - 1)
            groups.append(whole)
        return ends, groups

    def _overlapping(
        self, level: int, whole: list[int], cutting: "dict[tuple[Interval, ...], list[int]]"
    ) -> tuple[list[int], list[list[int]]]:
        """The result of `_slices` for groups of boxes with common values."""
        events: dict[int, list[tuple[list[int], bool]]] = {}
        for spans, indices in cutting.items():
            for first, last in spans:
                events.setdefault(first, []).append((indices, True))
                events.setdefault(last + 1, []).append((indices, False))
        over = set(whole)
        ends: list[int] = []
        groups: list[list[int]] = []
        for start in sorted(events):
            if start > 0:
                ends.append(start - 1)
                groups.append(sorted(over))
            over.difference_update(*[indices for indices, opens in events[start] if not opens])
            over.update(*[indices for indices, opens in events[start] if opens])
        if not ends or ends[-1] < self.sizes[level] - 1:
            ends.append(self.sizes[level] - 1)
            groups.append(sorted(over))
        return ends, groups


def _whole_from(box: Box) -> int:
    """The first dimension from which on a box covers all values."""
    for at in range(len(box), 0, -1):
        if box[at - 1] is not None:
            return at
    return 0


def _tails(numbers: dict[object, int], boxes: Sequence[Box], leaves: Sequence[Leaf[A]]) -> list[list[int]]:
    """For each box and dimension, the number of the tail: the part of the box from this dimension on, with its answer.

    If a box covers all values of a dimension, the tails of this dimension and of the next one have the same number, as
    their maps are equal.
    """
    found = []
    for box, leaf in zip(boxes, leaves, strict=True):
        tail = numbers.setdefault(leaf, len(numbers))
        tails = [tail]
        for level in range(len(box) - 1, -1, -1):
            spans = box[level]
            if spans is not None:
                tail = numbers.setdefault((level, spans, tail), len(numbers))
            tails.append(tail)
        found.append(tails[::-1])
    return found


def _start(piece: "tuple[Interval, list[int]]") -> int:
    return piece[0][0]
