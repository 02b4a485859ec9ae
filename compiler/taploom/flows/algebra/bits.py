"""Represents sets of intervals as bit masks, so that the bitwise OR of two masks is the union of the sets.

The ends of all intervals together cut the dimension into pieces; each piece has one bit.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import compress

from taploom.flows.algebra.spans import Spans

_DIGITS = bytes.maketrans(b"01", b"\x00\x01")


class Pieces:
    """A dimension cut into pieces; each piece has one bit.

    Attributes:
        lasts: last value of each piece.
        all: mask with the bits of all pieces.
    """

    __slots__ = ("_masks", "_starts", "all", "lasts")

    def __init__(self, size: int, sets: Iterable[Spans]) -> None:
        """Cut a dimension.

        Args:
            size: number of values of the dimension.
            sets: the sets of intervals whose ends cut it.
        """
        starts = self._starts = sorted(
            {0, size, *(at for spans in {*sets} for first, last in spans for at in (first, last + 1))}
        )
        self.lasts = [start - 1 for start in starts[1:]]
        self.all = (1 << len(self.lasts)) - 1
        self._masks: dict[Spans | None, int] = {None: self.all}

    def mask(self, spans: Spans | None) -> int:
        """The bit mask of a set that the constructor got; None means the set of all values."""
        found = self._masks.get(spans)
        if found is None:
            found = self._masks[spans] = sum((1 << end) - (1 << begin) for begin, end in self._runs(spans))
        return found

    def ends(self, mask: int) -> tuple[list[int], bool]:
        """The last value of each interval inside or outside a set, and whether the first interval is inside."""
        changes = mask ^ mask >> 1 | self.all + 1 >> 1  # the last piece ends a run
        digits = bin(changes)[:1:-1].encode().translate(_DIGITS)
        return list(compress(self.lasts, digits)), bool(mask & 1)

    def unions(self, masks: Mapping[Spans | None, int]) -> list[int]:
        """For each piece, the union of the masks of all sets that contain the piece.

        Each interval is the union of two runs, which may overlap and whose lengths are a power of two. So the mask of
        an interval is added to two runs. Then, from the longest runs to single pieces, the mask of each run is
        added to both its halves. This takes n log n unions for n intervals; a separate union for each piece would
        take n².

        Args:
            masks: the mask of each set; a set is given as for `mask`.
        """
        noted = [defaultdict[int, int](int) for _ in range(len(self.lasts).bit_length())]
        for spans, mask in masks.items():
            for begin, end in self._runs(spans):
                power = (end - begin).bit_length() - 1
                noted[power][begin] |= mask
                noted[power][end - (1 << power)] |= mask
        for power in range(len(noted) - 1, 0, -1):
            for begin, mask in noted[power].items():
                noted[power - 1][begin] |= mask
                noted[power - 1][begin + (1 << power - 1)] |= mask
        return [noted[0][at] for at in range(len(self.lasts))]

    def _runs(self, spans: Spans | None) -> Iterator[tuple[int, int]]:
        """The intervals of a set as runs of pieces: index of the first piece, and index of the last piece plus one."""
        if spans is None:
            yield 0, len(self.lasts)
        for first, last in spans or ():
            yield bisect_left(self._starts, first), bisect_left(self._starts, last + 1)
