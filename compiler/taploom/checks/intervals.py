"""Ranges of ports, each with an owner, and a query for one that overlaps a given range."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Generic, TypeVar

from taploom.base.frozen import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Intervals(Generic[T]):
    """Ranges sorted by start, each with the furthest end so far: a query costs one bisection.

    Attributes:
        firsts: starts, sorted.
        furthest: for each start, the end and owner of one range: among the ranges up to this start, the one that ends
            last.
    """

    firsts: tuple[int, ...]
    furthest: tuple[tuple[int, T], ...]

    @classmethod
    def of(cls, ranges: Iterable[tuple[int, int, T]]) -> "Intervals[T]":
        """Sort the ranges; of equal ranges, the first stays first."""
        ordered = sorted(ranges, key=lambda r: r[:2])
        furthest: list[tuple[int, T]] = []
        for _, last, owner in ordered:
            longer = not furthest or last > furthest[-1][0]
            furthest.append((last, owner) if longer else furthest[-1])
        return cls(tuple(first for first, _, _ in ordered), tuple(furthest))

    def meeting(self, first: int, last: int) -> T | None:
        """The owner of a range that overlaps the given one, or None."""
        at = bisect_right(self.firsts, last) - 1
        if at < 0 or self.furthest[at][0] < first:
            return None
        return self.furthest[at][1]
