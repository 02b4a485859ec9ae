"""Elements sorted into sets whose elements do not overlap.

What an interval set does with overlapping elements hangs on the order in which they come: the kernel refuses some and
lets the first win for others. So single keys go to a hash set of their own, and intervals to as many sets as
it takes for each to be disjoint; mostly that is one. Elements are boxes: prefixes in some columns, at most one range
as the last, equal values in the rest. Two prefixes overlap only if one holds the other, which makes it a question of
equal keys once both are cut to the shorter length: the work grows with the number of elements times that of different
prefix lengths, not with its square.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import field
from operator import itemgetter

from taploom.backends.nftables.tree import Element
from taploom.backends.nftables.values import IfacePattern, Range, Value, order
from taploom.base.address import Family, Prefix
from taploom.base.frozen import dataclass

Shape = tuple[int, ...]
_POINT = Range(0, 0)


@dataclass(frozen=True, slots=True)
class Layer:
    """Disjoint elements, sorted by key; `interval` says whether some key is more than a single value."""

    elements: tuple[Element, ...]
    interval: bool


def layers(elements: Iterable[Element]) -> tuple[Layer, ...]:
    """The elements in as few sets as the first fit finds; of equal keys the one whose comment sorts first stays."""
    unique: dict[tuple[object, ...], Element] = {}
    for element in elements:
        key = order(element.key)
        if key not in unique or element.comment < unique[key].comment:
            unique[key] = element
    ordered = [element for _, element in sorted(unique.items(), key=itemgetter(0))]
    wide = [any(map(_wide, element.key)) for element in ordered]
    single = tuple(element for element, interval in zip(ordered, wide, strict=True) if not interval)
    boxes = [_Box.of(element) for element, interval in zip(ordered, wide, strict=True) if interval]
    shapes = sorted({box.shape for box in boxes})
    stacks: list[_Stack] = []
    for box in boxes:
        stack = next((stack for stack in stacks if stack.fits(box)), None)
        if stack is None:
            stack = _Stack(shapes)
            stacks.append(stack)
        stack.add(box)
    found = [Layer(single, interval=False)] if single else []
    return (*found, *(Layer(tuple(stack.elements), interval=True) for stack in stacks))


def _wide(value: Value) -> bool:
    """Whether it is more than a single value."""
    if isinstance(value, Prefix):
        return value.length < (32 if value.family is Family.IPV4 else 128)
    return value.first < value.last if isinstance(value, Range) else isinstance(value, IfacePattern)


@dataclass(frozen=True, slots=True)
class _Box:
    """An element taken apart: prefix lengths, prefixes, equal values, range."""

    element: Element
    shape: Shape
    prefixes: tuple[Prefix, ...]
    equal: tuple[Value, ...]
    range: Range
    known: dict[Shape, tuple[object, ...]] = field(default_factory=dict, compare=False)

    @staticmethod
    def of(element: Element) -> "_Box":
        prefixes = tuple(value for value in element.key if isinstance(value, Prefix))
        ranges = [value for value in element.key if isinstance(value, Range)]
        equal = tuple(value for value in element.key if not isinstance(value, Prefix | Range))
        shape = tuple(prefix.length for prefix in prefixes)
        return _Box(element, shape, prefixes, equal, ranges[0] if ranges else _POINT)

    def cut(self, shape: Shape) -> tuple[object, ...]:
        """What two boxes have in common if they meet, except for their ranges; asked again for each set."""
        found = self.known.get(shape)
        if found is None:
            kept = (p.value >> (p.family.bits - length) for p, length in zip(self.prefixes, shape, strict=True))
            found = self.known[shape] = (*kept, *self.equal)
        return found


@dataclass(slots=True)
class _Spans:
    """A union of ranges, kept as disjoint ones in order."""

    firsts: list[int] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)

    def meets(self, span: Range) -> bool:
        at = bisect_left(self.lasts, span.first)
        return at < len(self.firsts) and self.firsts[at] <= span.last

    def add(self, span: Range) -> None:
        low = bisect_left(self.lasts, span.first)
        high = low
        first, last = span.first, span.last
        while high < len(self.firsts) and self.firsts[high] <= span.last:
            first, last = min(first, self.firsts[high]), max(last, self.lasts[high])
            high += 1
        self.firsts[low:high] = [first]
        self.lasts[low:high] = [last]


@dataclass(slots=True)
class _Stack:
    """A set as it grows, with an index for each pair of shapes that may meet in it."""

    shapes: Sequence[Shape]
    elements: list[Element] = field(default_factory=list)
    index: dict[tuple[Shape, Shape], dict[tuple[object, ...], _Spans]] = field(default_factory=dict)
    inside: dict[Shape, frozenset[Shape]] = field(default_factory=dict)

    def fits(self, box: _Box) -> bool:
        for shape in self.inside:
            common = _shorter(shape, box.shape)
            spans = self.index[shape, common].get(box.cut(common))
            if spans and spans.meets(box.range):
                return False
        return True

    def add(self, box: _Box) -> None:
        self.elements.append(box.element)
        if box.shape not in self.inside:
            self.inside[box.shape] = frozenset(_shorter(box.shape, other) for other in self.shapes)
            self.index |= {(box.shape, common): {} for common in self.inside[box.shape]}
        for common in self.inside[box.shape]:
            self.index[box.shape, common].setdefault(box.cut(common), _Spans()).add(box.range)


def _shorter(a: Shape, b: Shape) -> Shape:
    return tuple(map(min, a, b))
