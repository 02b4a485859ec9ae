"""A function's last answers, kept for when it is asked about the very same objects again.

Two targets print the same units and the same ruleset, one right after the other. The parts of a plan are frozen, so the
same object has the same answer; that it is the same is seen at once, while its hash would walk all that is in it.
"""

import functools
from collections.abc import Callable
from typing import Generic, TypeVar

KEPT = 4
T = TypeVar("T")
R = TypeVar("R")


class _Same(Generic[T]):
    """Equal only to what holds the very same object, which it keeps alive."""

    __slots__ = ("object",)

    def __init__(self, found: T) -> None:
        self.object = found

    def __hash__(self) -> int:
        return id(self.object)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.object is self.object


def remembered(function: Callable[[T], R]) -> Callable[[T], R]:
    """The function, which works once where it is asked twice in short order about one frozen object."""

    @functools.lru_cache(maxsize=KEPT)
    def answer(about: _Same[T]) -> R:
        return function(about.object)

    @functools.wraps(function)
    def ask(about: T) -> R:
        return answer(_Same(about))

    return ask
