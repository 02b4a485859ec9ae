"""Work on the parts of a plan by as many processes as there are processors.

Forked, so that the plan is there already: handing it over would take longer than the work. Answers come in the order of
the shares, so the result never depends on who was first. A child that fails is not asked why: its share is worked on
once more here, where an error has a trace.
"""

import functools
import os
import pickle
import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass
from itertools import pairwise
from operator import attrgetter
from typing import Any, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


def shares(items: Iterable[tuple[T, float]], least: float, besides: float = 0) -> list[list[T]]:
    """Items dealt out to as many processes as are worth it, so that all have about as much to do.

    Args:
        items: each with its weight.
        least: weight that is worth a process.
        besides: weight of what the first process has to do as well.
    """
    known = sorted(items, key=lambda item: -item[1])
    number = max(1, min(_processors(), int((besides + sum(weight for _, weight in known)) // least)))
    dealt: list[list[T]] = [[] for _ in range(number)]
    loads = [besides, *[0.0] * (number - 1)]
    for item, weight in known:
        lightest = loads.index(min(loads))
        dealt[lightest].append(item)
        loads[lightest] += weight
    return dealt


def runs(items: Sequence[T], least: int) -> list[Sequence[T]]:
    """Items cut into runs of neighbours, one for each process that is worth it.

    Args:
        items: of which each is as much work as the next.
        least: items that are worth a process.
    """
    number = max(1, min(_processors(), len(items) // least))
    cuts = [len(items) * at // number for at in range(number + 1)]
    return [items[first:last] for first, last in pairwise(cuts)]


def spread(work: Callable[[T], R], parts: Sequence[T]) -> list[R]:
    """The answers of `work`, a pure function whose answer can be pickled, for each of some parts."""
    rest = Begun(work, parts[1:])
    return [*(work(part) for part in parts[:1]), *rest.answers()]


class Begun(Generic[T, R]):
    """Work under way beside whatever the caller does, who has to ask for the answers or drop them, once."""

    def __init__(self, work: Callable[[T], R], parts: Sequence[T]) -> None:
        self._work, self._parts = work, parts
        self._children = [_fork(work, part) for part in parts]

    def answers(self) -> list[R]:
        """The answers, in the order of the parts."""
        found: list[R] = []
        for part, child in zip(self._parts, self._children, strict=True):
            data = _gather(*child)
            found.append(self._work(part) if data is None else pickle.loads(data))  # of our own child, nobody else's
        return found

    def drop(self) -> None:
        """Stop the work, whose answers nobody asks for any more."""
        for child, reader in self._children:
            os.close(reader)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def beside(work: Callable[[], R]) -> Callable[[], R]:
    """The same for a single answer; where there is only one processor, the work is done when it is asked for."""
    if _processors() == 1:
        return work
    begun = Begun(lambda part: part(), [work])
    return lambda: begun.answers()[0]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


class _Pickler(pickle.Pickler):
    """Hands records over as the values of their fields: the library asks each one anew what its fields are."""

    def reducer_override(self, found: Any) -> Any:
        """How an object is made again: its class, and the arguments to call it with."""
        values = _values(found.__class__)
        return NotImplemented if values is None else (found.__class__, values(found))


@functools.cache
def _values(kind: type) -> Callable[[Any], tuple[Any, ...]] | None:
    """The values of all fields of a record with slots; None for what is no such record, or does more when made."""
    if not is_dataclass(kind) or "__slots__" not in kind.__dict__ or hasattr(kind, "__post_init__"):
        return None
    names = [field.name for field in fields(kind)]
    made = all(field.init and not field.kw_only for field in fields(kind))
    return attrgetter(*names) if made and len(names) > 1 else None


def _fork(work: Callable[[T], R], part: T) -> tuple[int, int]:
    """Start a child; its process and the end of the pipe that its answer comes by."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader
    status = 1
    try:
        os.close(reader)
        with os.fdopen(writer, "wb") as pipe:
            _Pickler(pipe, pickle.HIGHEST_PROTOCOL).dump(work(part))
        status = 0
    finally:
        os._exit(status)  # nothing of the parent's is to be flushed, closed or reported twice


def _gather(child: int, reader: int) -> bytes | None:
    """The pickled answer of a child, or none where it failed."""
    with os.fdopen(reader, "rb") as pipe:
        data = pipe.read()
    _, status = os.waitpid(child, 0)
    return data if status == 0 else None
