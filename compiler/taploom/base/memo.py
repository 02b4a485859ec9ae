"""A cache for methods of frozen objects, and for functions of one frozen object, that computes each result once."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")


def memo(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Caches the results of a method in its object, by the other arguments, which are positional and hashable.

    The results are in `__dict__`, as the value of a `functools.cached_property` is: they are freed with the object, do
    not affect its equality, and hold no reference to it. `functools.cache` would keep every object alive, and a table
    of bound methods would be a reference cycle, which nothing collects while a command runs. A method of one argument
    needs no tuple as key, which saves time if it is called for every part of a map.
    """
    kept = f"{method.__name__}()"
    answer = cast(Callable[..., R], method)

    def one(self: Any, key: Hashable) -> R:
        try:
            return cast(R, self.__dict__[kept][key])
        except KeyError:
            pass
        found = answer(self, key)
        self.__dict__.setdefault(kept, {})[key] = found
        return found

    def several(self: Any, *key: Hashable) -> R:
        try:
            return cast(R, self.__dict__[kept][key])
        except KeyError:
            pass
        found = answer(self, *key)
        self.__dict__.setdefault(kept, {})[key] = found
        return found

    asked = one if method.__code__.co_argcount == 2 else several
    return cast(Callable[Concatenate[S, P], R], wraps(method)(asked))
