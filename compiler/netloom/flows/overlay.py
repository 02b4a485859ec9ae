"""How boxes become a diagram: laid over one another, cut dimension by dimension, each part made once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from netloom.flows.diagram import Box, Diagram, Interval, Leaf, Space

A = TypeVar("A")


class Overlay(Generic[A]):
    """Boxes laid over one another, cut dimension by dimension; of equal sets of boxes each part is made once."""

    __slots__ = ("boxes", "leaves", "memo", "rest", "space", "wholes")

    def __init__(self, space: "Space[A]", boxes: "Sequence[Box]", leaves: "Sequence[Leaf[A]]", rest: "Leaf[A]") -> None:
        self.space, self.boxes, self.leaves, self.rest = space, boxes, leaves, rest
        # From which dimension on a box asks for nothing any more.
        self.wholes = [max((at + 1 for at, spans in enumerate(box) if spans is not None), default=0) for box in boxes]
        self.memo: dict[object, Diagram[A]] = {}

    def part(self, level: int, over: Sequence[int]) -> "Diagram[A]":
        """The map from some dimension on, where the boxes `over` are; one that asks for no more hides those behind."""
        if not over:
            return self.rest
        if self.wholes[over[0]] <= level:
            return self.leaves[over[0]]
        if len(over) == 1:
            return self._single(level, over[0])
        hides = next((at for at, index in enumerate(over) if self.wholes[index] <= level), len(over))
        active = tuple(over[: hides + 1])
        while all(self.boxes[index][level] is None for index in active):
            level += 1
        key = (level, active)
        found = self.memo.get(key)
        if found is None:
            ends, groups = self._slices(level, active)
            made = {id(group): self.part(level + 1, group) for group in {id(group): group for group in groups}.values()}
            found = self.memo[key] = self.space.node(level, ends, [made[id(group)] for group in groups])
        return found

    def _single(self, level: int, index: int) -> "Diagram[A]":
        """One box from some dimension on."""
        box, leaf = self.boxes[index], self.leaves[index]
        key = (box[level:], id(leaf))
        found = self.memo.get(key)
        if found is None:
            found = leaf
            for at in range(self.wholes[index] - 1, level - 1, -1):
                spans = box[at]
                if spans is not None:
                    found = self._cut(at, spans, found)
            self.memo[key] = found
        return found

    def _cut(self, level: int, spans: "tuple[Interval, ...]", inside: "Diagram[A]") -> "Diagram[A]":
        ends: list[int] = []
        children: list[Diagram[A]] = []
        for first, last in spans:
            if first > 0:
                ends.append(first - 1)
                children.append(self.rest)
            ends.append(last)
            children.append(inside)
        if not ends or ends[-1] < self.space.sizes[level] - 1:  # an empty box covers nothing
            ends.append(self.space.sizes[level] - 1)
            children.append(self.rest)
        return self.space.node(level, ends, children)

    def _slices(self, level: int, active: tuple[int, ...]) -> tuple[list[int], list[list[int]]]:
        """The pieces into which boxes cut a dimension, each with the boxes over it, in their order."""
        cutting = [index for index in active if self.boxes[index][level] is not None]
        if len(cutting) == 1:
            return self._halves(level, active, cutting[0])
        events: dict[int, list[tuple[int, bool]]] = {}
        over: set[int] = set()
        for index in active:
            spans = self.boxes[index][level]
            if spans is None:
                over.add(index)
                continue
            for first, last in spans:
                events.setdefault(first, []).append((index, True))
                events.setdefault(last + 1, []).append((index, False))
        ends: list[int] = []
        groups: list[list[int]] = []
        for start in sorted(events):
            if start > 0:
                ends.append(start - 1)
                groups.append(sorted(over))
            over.difference_update(index for index, opens in events[start] if not opens)
            over.update(index for index, opens in events[start] if opens)
        if not ends or ends[-1] < self.space.sizes[level] - 1:
            ends.append(self.space.sizes[level] - 1)
            groups.append(sorted(over))
        return ends, groups

    def _halves(self, level: int, active: tuple[int, ...], cutting: int) -> tuple[list[int], list[list[int]]]:
        """The same where a single box cuts."""
        inside, outside = list(active), [index for index in active if index != cutting]
        ends: list[int] = []
        groups: list[list[int]] = []
        for first, last in self.boxes[cutting][level] or ():
            if first > 0:
                ends.append(first - 1)
                groups.append(outside)
            ends.append(last)
            groups.append(inside)
        if not ends or ends[-1] < self.space.sizes[level] - 1:  # an empty box covers nothing
            ends.append(self.space.sizes[level] - 1)
            groups.append(outside)
        return ends, groups
