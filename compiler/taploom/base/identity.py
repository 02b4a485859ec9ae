"""Caches the last results of a function by the identity of its argument.

Two targets print the same units and the same ruleset, one right after the other. The parts of a plan are frozen, so the
same object always has the same result. Comparing identities takes no time; hashing a part would visit all its fields.
"""

import functools
from collections.abc import Callable
from typing import Generic, TypeVar

KEPT = 4
T = TypeVar("T")
R = TypeVar("R")


class _Same(Generic[T]):
    """A cache key that equals only keys of the same object; the key keeps the object alive."""

    __slots__ = ("object",)

    def __init__(self, value: T) -> None:
        self.object = value

    def __hash__(self) -> int:
        return id(self.object)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.object is self.object


def remembered(function: Callable[[T], R]) -> Callable[[T], R]:
    """Wraps a function of one frozen object so that its results for the last `KEPT` objects are cached."""

    @functools.lru_cache(maxsize=KEPT)
    def answer(about: _Same[T]) -> R:
        return function(about.object)

    @functools.wraps(function)
    def ask(about: T) -> R:
        return answer(_Same(about))

    return ask
