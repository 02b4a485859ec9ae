"""Sets of intervals as bit masks, with a bit for each piece into which all sets together cut a dimension.

The union of many sets is then a bitwise or.
"""

from bisect import bisect_left
from collections.abc import Iterable
from functools import reduce
from itertools import compress
from operator import or_

from taploom.flows.algebra.spans import Spans

_DIGITS = bytes.maketrans(b"01", b"\x00\x01")


class Pieces:
    """The pieces of one dimension."""

    __slots__ = ("_lasts", "_masks", "_starts", "all")

    def __init__(self, size: int, sets: Iterable[Spans]) -> None:
        """Cut a dimension.

        Args:
            size: number of its values.
            sets: the sets of intervals whose ends cut it.
        """
        known = dict.fromkeys(sets)
        starts = self._starts = sorted(
            {0, size, *(at for spans in known for first, last in spans for at in (first, last + 1))}
        )
        self._lasts = [start - 1 for start in starts[1:]]
        self.all = (1 << len(self._lasts)) - 1
        self._masks = {spans: reduce(or_, map(self._interval, spans), 0) for spans in known}

    def mask(self, spans: Spans | None) -> int:
        """The bits of one of the sets given to the constructor; None means all values."""
        return self.all if spans is None else self._masks[spans]

    def ends(self, mask: int) -> tuple[list[int], bool]:
        """The last values of the runs that lie all inside or all outside a set, and whether the first is inside."""
        turns = mask ^ mask >> 1 | self.all + 1 >> 1  # the last piece ends a run
        digits = bin(turns)[:1:-1].encode().translate(_DIGITS)
        return list(compress(self._lasts, digits)), bool(mask & 1)

    def _interval(self, span: tuple[int, int]) -> int:
        first, last = (bisect_left(self._starts, at) for at in (span[0], span[1] + 1))
        return (1 << last) - (1 << first)
