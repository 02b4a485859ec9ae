"""Sets of intervals as bit masks, with a bit for each piece into which all sets together cut a dimension.

The union of many sets is then a bitwise or.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import compress

from taploom.flows.algebra.spans import Spans

_DIGITS = bytes.maketrans(b"01", b"\x00\x01")


class Pieces:
    """The pieces of one dimension.

    Attributes:
        lasts: the last value of each piece.
        all: the bits of all pieces.
    """

    __slots__ = ("_masks", "_starts", "all", "lasts")

    def __init__(self, size: int, sets: Iterable[Spans]) -> None:
        """Cut a dimension.

        Args:
            size: number of its values.
            sets: the sets of intervals whose ends cut it.
        """
        starts = self._starts = sorted(
            {0, size, *(at for spans in {*sets} for first, last in spans for at in (first, last + 1))}
        )
        self.lasts = [start - 1 for start in starts[1:]]
        self.all = (1 << len(self.lasts)) - 1
        self._masks: dict[Spans | None, int] = {None: self.all}

    def mask(self, spans: Spans | None) -> int:
        """The bits of one of the sets given to the constructor; None means all values."""
        found = self._masks.get(spans)
        if found is None:
            found = self._masks[spans] = sum((1 << end) - (1 << begin) for begin, end in self._runs(spans))
        return found

    def ends(self, mask: int) -> tuple[list[int], bool]:
        """The last values of the runs of pieces inside or outside a set, and whether the first run is inside."""
        turns = mask ^ mask >> 1 | self.all + 1 >> 1  # the last piece ends a run
        digits = bin(turns)[:1:-1].encode().translate(_DIGITS)
        return list(compress(self.lasts, digits)), bool(mask & 1)

    def unions(self, masks: Mapping[Spans | None, int]) -> list[int]:
        """For each piece, the union of the masks of all sets that hold the piece; a key is a set as `mask` takes it.

        Two runs cover each run of pieces: they may overlap, and their length is a power of two. So each interval notes
        its mask for two runs. Then each run hands its mask to its halves, from the longest runs to single pieces. This
        takes n log n unions for n intervals, where a separate union for each piece would take n².
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
        """The intervals of a set as runs of pieces: the indices of the first piece and of the piece behind the last."""
        if spans is None:
            yield 0, len(self.lasts)
        for first, last in spans or ():
            yield bisect_left(self._starts, first), bisect_left(self._starts, last + 1)
