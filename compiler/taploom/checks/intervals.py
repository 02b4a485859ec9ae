"""Ranges of ports with an owner each, asked whether one of them meets a given range."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Generic, TypeVar

from taploom.base.frozen import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Intervals(Generic[T]):
    """Ranges by their start, each with the furthest end so far: a question costs one bisection.

    Attributes:
        firsts: starts, sorted.
        furthest: of the ranges up to each start, the one that ends last: end, and owner.
    """

    firsts: tuple[int, ...]
    furthest: tuple[tuple[int, T], ...]

    @classmethod
    def of(cls, ranges: Iterable[tuple[int, int, T]]) -> "Intervals[T]":
        """Sort ranges, of equal ones the first stays ahead."""
        ordered = sorted(ranges, key=lambda r: r[:2])
        furthest: list[tuple[int, T]] = []
        for _, last, owner in ordered:
            longer = not furthest or last > furthest[-1][0]
            furthest.append((last, owner) if longer else furthest[-1])
        return cls(tuple(first for first, _, _ in ordered), tuple(furthest))

    def meeting(self, first: int, last: int) -> T | None:
        """The owner of a range that meets another one, or None."""
        at = bisect_right(self.firsts, last) - 1
        if at < 0 or self.furthest[at][0] < first:
            return None
        return self.furthest[at][1]
