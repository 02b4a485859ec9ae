"""Sets of whole numbers as sorted, disjoint intervals, such as the part of a box in one dimension."""

from bisect import bisect_left
from collections.abc import Iterable

from taploom.base.address import Family, Prefix

Interval = tuple[int, int]
"""First and last value of an interval, both included."""

Spans = tuple[Interval, ...]


def united(intervals: Iterable[Interval]) -> Spans:
    """The union of intervals as a set."""
    found: list[Interval] = []
    for first, last in sorted(intervals):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return tuple(found)


def common(one: Spans, other: Spans) -> Spans:
    """The intersection of two sets."""
    if len(one) > len(other):
        one, other = other, one
    if len(one) * 8 < len(other):
        return _picked(one, other)
    found: list[Interval] = []
    i = j = 0
    while i < len(one) and j < len(other):
        first, last = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if first <= last:
            found.append((first, last))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def _picked(few: Spans, many: Spans) -> Spans:
    found: list[Interval] = []
    for first, last in few:
        at = bisect_left(many, first, key=lambda span: span[1])
        while at < len(many) and many[at][0] <= last:
            found.append((max(first, many[at][0]), min(last, many[at][1])))
            at += 1
    return tuple(found)


def overlapping(one: Spans, other: Spans) -> bool:
    """Whether two sets have a common value; their ends are compared first, which decides about most disjoint sets."""
    if not one or not other or one[-1][1] < other[0][0] or other[-1][1] < one[0][0]:
        return False
    return len(one) == len(other) == 1 or bool(common(one, other))


def without(one: Spans, other: Spans) -> Spans:
    """The values of the first set that are not in the second."""
    if not one or not other:
        return one
    return common(one, complement(other, max(one[-1][1], other[-1][1]) + 1))


def complement(spans: Spans, size: int) -> Spans:
    """The values from 0 to `size` - 1 that are not in a set."""
    found: list[Interval] = []
    start = 0
    for first, last in spans:
        if start < first:
            found.append((start, first - 1))
        start = last + 1
    if start < size:
        found.append((start, size - 1))
    return tuple(found)


def holds(spans: Spans, value: int) -> bool:
    """Whether a set contains a value."""
    at = bisect_left(spans, (value + 1,)) - 1
    return at >= 0 and value <= spans[at][1]


def single(value: int) -> Interval:
    """The interval that contains only one value."""
    return value, value


def of_prefix(prefix: Prefix) -> Interval:
    """The interval of the addresses of a prefix."""
    return prefix.value, prefix.value + (1 << (prefix.family.bits - prefix.length)) - 1


def of_prefixes(prefixes: Iterable[Prefix], family: Family) -> Spans:
    """The addresses of those prefixes that belong to a family, as a set."""
    return united(of_prefix(prefix) for prefix in prefixes if prefix.family is family)
