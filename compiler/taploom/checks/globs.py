"""Patterns of interface names: finds out whether two patterns can match the same name, and which name.

The answer is exact: a search walks two patterns of `*`, `?` and plain characters side by side, and finds the shortest
name that both match. A name that is longer than Linux allows (15 bytes) does not count.
"""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import TypeVar

from taploom.base.names import INTERFACE_BYTES

T = TypeVar("T")


def is_glob(pattern: str) -> bool:
    """Whether a pattern matches more than itself."""
    return "*" in pattern or "?" in pattern


def matches(name: str, pattern: str) -> bool:
    """Whether a pattern matches a name (fnmatch(3))."""
    return fnmatchcase(name, pattern)


def common_name(one: str, two: str) -> str | None:
    """The shortest interface name that two patterns match, or None; it has `x` where both match any character."""
    frontier: dict[tuple[int, int], str] = {(0, 0): ""}
    seen: set[tuple[int, int]] = set()
    while frontier:
        grown: dict[tuple[int, int], str] = {}
        for at, name in sorted(_skipped(frontier, one, two).items()):
            if at == (len(one), len(two)) and name:
                return name
            if at in seen or len(name) == INTERFACE_BYTES:
                continue
            seen.add(at)
            for after, character in _steps(at, one, two):
                grown.setdefault(after, name + character)
        frontier = grown
    return None


def _skipped(frontier: dict[tuple[int, int], str], one: str, two: str) -> dict[tuple[int, int], str]:
    """The frontier, and the positions that follow if a `*` matches no character."""
    found = dict(frontier)
    todo = list(frontier)
    while todo:
        i, j = todo.pop()
        for after in ((i + 1, j) if one[i : i + 1] == "*" else None, (i, j + 1) if two[j : j + 1] == "*" else None):
            if after is not None and after not in found:
                found[after] = found[i, j]
                todo.append(after)
    return found


def _steps(at: tuple[int, int], one: str, two: str) -> Iterator[tuple[tuple[int, int], str]]:
    """The positions in both patterns after one more character of the name, and that character."""
    i, j = at
    if i == len(one) or j == len(two):
        return
    a, b = one[i], two[j]
    if a in "*?" or b in "*?" or a == b:
        after = (i if a == "*" else i + 1, j if b == "*" else j + 1)
        yield after, next((c for c in (a, b) if c not in "*?"), "x")


def head(pattern: str) -> str:
    """The characters before the first wildcard; every name that the pattern matches begins with them."""
    return pattern[: next((i for i, c in enumerate(pattern) if c in "*?"), len(pattern))]


def _ends_meet(one: str, two: str) -> bool:
    """Whether one name can have the ends of both patterns: a cheap test that avoids most searches."""
    ends = sorted((_tail(one), _tail(two)), key=len)
    return ends[1].endswith(ends[0])


def _tail(pattern: str) -> str:
    return head(pattern[::-1])[::-1]


def clashes(patterns: Iterable[tuple[str, T]]) -> Iterator[tuple[T, T, str]]:
    """Pairs of patterns that can match the same name, each pair with such a name.

    The patterns are sorted by their heads. Each pattern is paired with at most one of the patterns before it. Two
    patterns are compared only if the head of one begins with the head of the other, so the work does not grow
    quadratically.
    """
    ordered = sorted(((head(pattern), pattern, item) for pattern, item in patterns), key=lambda one: one[:2])
    stack: list[tuple[str, str, T]] = []
    for first, pattern, item in ordered:
        while stack and not first.startswith(stack[-1][0]):
            stack.pop()
        for _, other, before in stack:
            name = common_name(other, pattern) if _ends_meet(other, pattern) else None
            if name is not None:
                yield item, before, name
                break
        stack.append((first, pattern, item))
