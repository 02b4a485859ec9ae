"""Finds the lines in which two texts differ.

Lines that occur once in each text are the anchors (Bram Cohen's patience difference). The longest sequence of anchors
that have the same order in both texts is kept, and only the parts between these anchors are compared line by line. Most
lines of rendered files occur once, so forty edits in a hundred thousand lines take a fraction of a second, and
differing blocks stay apart.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

LineBlock = tuple[int, int, int, int]
"""A part that differs: lines `[i1:i2]` of the first text have become `[j1:j2]` of the second."""


def changed_blocks(old: Sequence[str], new: Sequence[str]) -> list[LineBlock]:
    """The parts that differ, in order; nothing for equal texts."""
    head = _common(zip(old, new, strict=False))
    tail = _common(zip(reversed(old[head:]), reversed(new[head:]), strict=False))
    inner_old, inner_new = old[head : len(old) - tail], new[head : len(new) - tail]
    found: list[LineBlock] = []
    i = j = 0
    for at, to in [*_anchors(inner_old, inner_new), (len(inner_old), len(inner_new))]:
        found += _between(inner_old, inner_new, (i, at, j, to))
        i, j = at + 1, to + 1
    return [(a + head, b + head, c + head, d + head) for a, b, c, d in found]


def _common(pairs: Iterator[tuple[str, str]]) -> int:
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def _between(old: Sequence[str], new: Sequence[str], block: LineBlock) -> Iterator[LineBlock]:
    i1, i2, j1, j2 = block
    if i1 == i2 or j1 == j2:
        if i1 != i2 or j1 != j2:
            yield block
        return
    matcher = SequenceMatcher(None, old[i1:i2], new[j1:j2], autojunk=i2 - i1 + j2 - j1 > 4000)
    for word, a, b, c, d in matcher.get_opcodes():
        if word != "equal":
            yield i1 + a, i1 + b, j1 + c, j1 + d


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    places = _once(new)
    pairs = [(i, places[line]) for line, i in sorted(_once(old).items(), key=lambda item: item[1]) if line in places]
    return _rising(pairs)


def _once(lines: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, line in enumerate(lines):
        found[line] = -1 if line in found else number
    return {line: number for line, number in found.items() if number >= 0}


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence whose second numbers rise (Schensted, 1961)."""
    ends: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        at = bisect_left(ends, place)
        before.append(piles[at - 1] if at else -1)
        ends[at : at + 1] = [place]
        piles[at : at + 1] = [number]
    found = []
    at = piles[-1] if piles else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]
