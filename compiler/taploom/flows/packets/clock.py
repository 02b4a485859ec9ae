"""Divides time into phases; a phase ends when a rule or entry expires."""

from bisect import bisect_right
from collections.abc import Iterable

from taploom.base.frozen import dataclass
from taploom.flows.algebra.spans import Spans


@dataclass(frozen=True, slots=True)
class Clock:
    """The phases of time, given by the sorted moments at which rules or entries expire, in seconds since the epoch."""

    moments: tuple[int, ...]

    @classmethod
    def of(cls, moments: Iterable[int]) -> "Clock":
        """The clock with the given moments."""
        return cls(tuple(sorted(set(moments))))

    @property
    def phases(self) -> int:
        """Number of phases: before the first moment, between two moments, and from the last moment on."""
        return len(self.moments) + 1

    def until(self, moment: int) -> Spans:
        """The phases before a moment of the clock."""
        return ((0, self.moments.index(moment)),)

    def phase(self, now: int) -> int:
        """The phase to which the time `now` belongs."""
        return bisect_right(self.moments, now)

    def start(self, phase: int) -> int:
        """The first second of a phase; 0 for the first phase."""
        return self.moments[phase - 1] if phase else 0
