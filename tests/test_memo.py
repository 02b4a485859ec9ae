"""`memo` computes an answer once for each object and set of arguments, and drops it with the object."""

import gc
import pickle
import weakref

import pytest

from taploom.base.frozen import dataclass
from taploom.base.memo import memo

ASKED: list[object] = []


@dataclass(frozen=True)
class Thing:
    """A class with memoized methods."""

    name: str

    @memo
    def one(self, number: int) -> int | None:
        """None is a valid answer and is cached."""
        ASKED.append((self.name, number))
        return None if number == 0 else number * 2

    @memo
    def two(self, number: int, word: str = "") -> str:
        """A method with several arguments that may raise."""
        ASKED.append((self.name, number, word))
        if number > 2:
            raise ValueError(word)
        return word * number


THREE = Thing("three")


def test_an_answer_is_computed_once_for_each_object_and_argument() -> None:
    ASKED.clear()
    a, b = Thing("a"), Thing("b")
    assert [a.one(0), a.one(0), a.one(1), b.one(1), a.one(1)] == [None, None, 2, 2, 2]
    assert [a.two(2, "x"), a.two(2, "x"), a.two(1)] == ["xx", "xx", ""]
    assert ASKED == [("a", 0), ("a", 1), ("b", 1), ("a", 2, "x"), ("a", 1, "")]


def test_a_call_that_raises_is_repeated() -> None:
    ASKED.clear()
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            THREE.two(3, "no")
    assert len(ASKED) == 2


def test_cached_answers_do_not_affect_the_value_and_die_with_it() -> None:
    asked, other = Thing("a"), Thing("a")
    asked.one(1)
    assert (asked == other, hash(asked) == hash(other), repr(asked)) == (True, True, repr(other))
    assert pickle.loads(pickle.dumps(asked)) == other
    gone = weakref.ref(asked)
    gc.disable()
    try:
        del asked
        assert gone() is None
    finally:
        gc.enable()
