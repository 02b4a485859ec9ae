"""Distributes elements to sets so that the elements of a set do not overlap.

The order of overlapping elements matters in an interval set: the kernel refuses some overlaps, and in others the first
element wins. So single keys go to a hash set, and intervals are spread over as many sets as it takes to keep each set
disjoint, mostly one. An element is a box: its columns are prefixes, at most one range (the last), and single values.
Two prefixes overlap only if one holds the other, so they overlap if they are equal after a cut to the shorter length.
The work therefore grows with the number of elements times the number of different prefix lengths, not with the square
of the number of elements.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import field
from operator import itemgetter

from taploom.backends.nftables.tree import Element
from taploom.backends.nftables.values import IfacePattern, Range, Value, order
from taploom.base.address import Family, Prefix
from taploom.base.frozen import dataclass

Lengths = tuple[int, ...]
_POINT = Range(0, 0)


@dataclass(frozen=True, slots=True)
class Layer:
    """Disjoint elements, sorted by key; `interval` says whether some key is more than a single value."""

    elements: tuple[Element, ...]
    interval: bool


def layers(elements: Iterable[Element]) -> tuple[Layer, ...]:
    """The elements, each in the first set where it fits; of equal keys, the one whose comment sorts first stays."""
    unique: dict[tuple[object, ...], Element] = {}
    for element in elements:
        key = order(element.key)
        if key not in unique or element.comment < unique[key].comment:
            unique[key] = element
    ordered = [element for _, element in sorted(unique.items(), key=itemgetter(0))]
    wide = [any(map(_wide, element.key)) for element in ordered]
    single = tuple(element for element, interval in zip(ordered, wide, strict=True) if not interval)
    boxes = [_Box.of(element) for element, interval in zip(ordered, wide, strict=True) if interval]
    stacks = _Stacks(sorted({box.shape for box in boxes}))
    for box in boxes:
        stacks.put(box)
    found = [Layer(single, interval=False)] if single else []
    return (*found, *(Layer(tuple(elements), interval=True) for elements in stacks.sets))


def _wide(value: Value) -> bool:
    """Whether a key column covers more than a single value."""
    if isinstance(value, Prefix):
        return value.length < (32 if value.family is Family.IPV4 else 128)
    return value.first < value.last if isinstance(value, Range) else isinstance(value, IfacePattern)


@dataclass(frozen=True, slots=True)
class _Box:
    """An element, split into prefix lengths, prefixes, single values and range."""

    element: Element
    shape: Lengths
    prefixes: tuple[Prefix, ...]
    equal: tuple[Value, ...]
    range: Range
    known: dict[Lengths, tuple[object, ...]] = field(default_factory=dict, compare=False)

    @staticmethod
    def of(element: Element) -> "_Box":
        prefixes = tuple(value for value in element.key if isinstance(value, Prefix))
        ranges = [value for value in element.key if isinstance(value, Range)]
        equal = tuple(value for value in element.key if not isinstance(value, Prefix | Range))
        shape = tuple(prefix.length for prefix in prefixes)
        return _Box(element, shape, prefixes, equal, ranges[0] if ranges else _POINT)

    def cut(self, shape: Lengths) -> tuple[object, ...]:
        """The key without range, with its prefixes cut to these lengths. Boxes with different cuts cannot overlap."""
        found = self.known.get(shape)
        if found is None:
            kept = (p.value >> (p.family.bits - length) for p, length in zip(self.prefixes, shape, strict=True))
            found = self.known[shape] = (*kept, *self.equal)
        return found


@dataclass(slots=True)
class _Spans:
    """A union of ranges, as sorted and disjoint ranges."""

    firsts: list[int] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)

    def meets(self, span: Range) -> bool:
        index = bisect_left(self.lasts, span.first)
        return index < len(self.firsts) and self.firsts[index] <= span.last

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
class _Stacks:
    """The sets of elements while they are filled.

    Attributes:
        shapes: the shapes of all boxes that will be added, in order.
        sets: the elements of each set.
        inside: the shapes of the boxes added so far, each with the shapes to which a comparison can cut it.
        index: the ranges of the boxes. The keys are first the shape of the boxes and the shape to which they are cut,
            then the result of `cut`, then the number of the set.
    """

    shapes: Sequence[Lengths]
    sets: list[list[Element]] = field(default_factory=list)
    inside: dict[Lengths, frozenset[Lengths]] = field(default_factory=dict)
    index: dict[tuple[Lengths, Lengths], dict[tuple[object, ...], dict[int, _Spans]]] = field(default_factory=dict)

    def put(self, box: _Box) -> None:
        """Adds a box to the first set in which no box overlaps it."""
        taken = self._taken(box)
        number = next(number for number in range(len(self.sets) + 1) if number not in taken)
        if number == len(self.sets):
            self.sets.append([])
        self.sets[number].append(box.element)
        if box.shape not in self.inside:
            self.inside[box.shape] = frozenset(_shorter(box.shape, other) for other in self.shapes)
            self.index |= {(box.shape, common): {} for common in self.inside[box.shape]}
        for common in self.inside[box.shape]:
            sets = self.index[box.shape, common].setdefault(box.cut(common), {})
            sets.setdefault(number, _Spans()).add(box.range)

    def _taken(self, box: _Box) -> set[int]:
        """The numbers of the sets in which some box overlaps this one."""
        found: set[int] = set()
        for shape in self.inside:
            common = _shorter(shape, box.shape)
            for number, spans in self.index[shape, common].get(box.cut(common), {}).items():
                if number not in found and spans.meets(box.range):
                    found.add(number)
        return found


def _shorter(a: Lengths, b: Lengths) -> Lengths:
    return tuple(map(min, a, b))
