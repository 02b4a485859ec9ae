"""Distributes work on the parts of a plan over as many processes as there are processors.

The child processes are forked and so have the plan already; sending the plan would take longer than the work. Each
process takes the next bundle of items from a queue, so that all processes end at about the same time. The answers are
in the order of the items, so the result does not depend on which process was faster. If a child fails, this process
repeats the work on the child's items, so that an error has a traceback.

A process with several threads does all work itself: a child has only the thread that forked it, and would wait for ever
for a lock that another thread held (fork(2); Python warns of this from 3.12 on). `mkdocs serve` is such a process.
"""

import functools
import os
import pickle
import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass
from itertools import pairwise
from operator import attrgetter
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")
R = TypeVar("R")
_EACH = 32
"""Number of bundles for each process: enough that all processes end together, and few enough to cost no time."""
_TICKET = 2
"""Size of a bundle's number in the queue, in bytes."""


def runs(items: Sequence[T], least: int) -> list[Sequence[T]]:
    """The items in consecutive runs of about the same length, one run for each process.

    Args:
        items: items that take about the same amount of work each.
        least: the smallest number of items for which another process saves time.
    """
    number = max(1, min(_processors(), len(items) // least))
    cuts = [len(items) * at // number for at in range(number + 1)]
    return [items[first:last] for first, last in pairwise(cuts)]


def spread(work: Callable[[T], R], items: Iterable[tuple[T, float]], least: float) -> list[R]:
    """Calls `work`, a pure function whose answer can be pickled, for each item; answers are in the order of the items.

    Args:
        work: the function to call for each item.
        items: items, each with its weight.
        least: the smallest total weight for which another process saves time.
    """
    return BackgroundWork(work, items, least).answers()


class BackgroundWork(Generic[T, R]):
    """Work started in child processes while the caller goes on; call `answers` or `drop` exactly once."""

    def __init__(
        self, work: Callable[[T], R], items: Iterable[tuple[T, float]], least: float, besides: float = 0
    ) -> None:
        """Starts the child processes.

        Args:
            work: as for `spread`.
            items: items, each with its weight; work on the heaviest items begins first, so that no process ends long
                after the others.
            least: the smallest total weight for which another process saves time.
            besides: weight of the caller's own work before it calls `answers`.
        """
        known = list(items)
        total = sum(weight for _, weight in known)
        processes = max(1, min(_processors(), int((besides + total) // least)))
        self._work, self._items = work, [item for item, _ in known]
        self._bundles = _bundles([weight for _, weight in known], total / processes / _EACH)
        self._queue = _queue(len(self._bundles)) if processes > 1 else None
        self._children = [_fork(self._taken) for _ in range(processes - 1)]

    def answers(self) -> list[R]:
        """Takes part in the work, waits for the children, and returns the answers in the order of the items."""
        try:
            by_index = self._taken()
        except BaseException:
            self.drop()
            raise
        for child in self._children:
            data = _gather(*child)
            by_index |= {} if data is None else pickle.loads(data)  # the data come from a child of this process
        self._close()
        return [by_index[at] if at in by_index else self._work(item) for at, item in enumerate(self._items)]

    def drop(self) -> None:
        """Kills the child processes; use it if the answers are not needed any more."""
        for child, reader in self._children:
            os.close(reader)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        self._close()

    def _taken(self) -> dict[int, R]:
        """Works on bundles from the queue until it is empty; returns the answers by the index of the item."""
        by_index: dict[int, R] = {}
        while self._queue is not None and (ticket := os.read(self._queue, _TICKET)):
            for at in self._bundles[int.from_bytes(ticket, "big")]:
                by_index[at] = self._work(self._items[at])
        return by_index

    def _close(self) -> None:
        if self._queue is not None:
            os.close(self._queue)


def _bundles(weights: Sequence[float], least: float) -> list[list[int]]:
    """Indexes of the items, the heaviest first, in bundles of at least the weight `least` (the last may weigh less)."""
    bundles: list[list[int]] = []
    size = least
    for at in sorted(range(len(weights)), key=lambda at: -weights[at]):
        if size >= least:
            bundles.append([])
            size = 0
        bundles[-1].append(at)
        size += weights[at]
    return bundles


def _queue(length: int) -> int:
    """The reading end of a pipe that holds the numbers below `length`; each read takes the next number."""
    reader, writer = os.pipe()
    os.write(writer, b"".join(number.to_bytes(_TICKET, "big") for number in range(length)))
    os.close(writer)
    return reader


def beside(work: Callable[[], R]) -> Callable[[], R]:
    """Starts `work` in a child process; returns a function that waits for the answer and must be called once.

    With a single processor, no child is started, and the returned function does the work.
    """
    if _processors() == 1:
        return work
    child = _fork(work)

    def answer() -> R:
        data = _gather(*child)
        return work() if data is None else cast("R", pickle.loads(data))  # the data come from a child of this process

    return answer


def _processors() -> int:
    """The number of processes that may work at a time; 1 if this process has, or may have, several threads."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") and _threads() == 1 else 1


def _threads() -> int | None:
    """The number of threads of this process (proc(5)); None where there is no /proc."""
    try:
        return sum(1 for _ in Path("/proc/self/task").iterdir())
    except OSError:
        return None


class _Pickler(pickle.Pickler):
    """Pickles a slotted dataclass as its class and field values: the library would look up the fields each time."""

    def reducer_override(self, found: Any) -> Any:
        """The class of an object and the arguments that create an equal object; pickle calls this method."""
        values = _values(found.__class__)
        return NotImplemented if values is None else (found.__class__, values(found))


@functools.cache
def _values(kind: type) -> Callable[[Any], tuple[Any, ...]] | None:
    """A getter of all field values of a slotted dataclass; None for other classes and those with `__post_init__`."""
    if not is_dataclass(kind) or "__slots__" not in kind.__dict__ or hasattr(kind, "__post_init__"):
        return None
    names = [field.name for field in fields(kind)]
    made = all(field.init and not field.kw_only for field in fields(kind))
    return attrgetter(*names) if made and len(names) > 1 else None


def _fork(work: Callable[[], object]) -> tuple[int, int]:
    """Start a child that writes its answer to a pipe; returns its process id and the reading end of the pipe."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader
    status = 1
    try:
        os.close(reader)
        with os.fdopen(writer, "wb") as pipe:
            _Pickler(pipe, pickle.HIGHEST_PROTOCOL).dump(work())
        status = 0
    finally:
        os._exit(status)  # without clean-up, which only the parent does


def _gather(child: int, reader: int) -> bytes | None:
    """The pickled answer of a child; None if it failed."""
    with os.fdopen(reader, "rb") as pipe:
        data = pipe.read()
    _, status = os.waitpid(child, 0)
    return data if status == 0 else None
