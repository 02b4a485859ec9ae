"""Caches the results of methods of frozen objects, and of functions of a frozen object."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")


def memo(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Caches the results of a method in its object. The arguments are the key; they must be positional and hashable.

    The results are in `__dict__`, like the value of a `functools.cached_property`: they are freed with the object, do
    not affect its equality, and hold no reference to it. `functools.cache` would keep every object alive, and a table
    of bound methods would be a reference cycle, which is not collected while a command runs. A method with one argument
    uses this argument as the key, without a tuple; this saves time, as some methods are called for every part of a map.
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
