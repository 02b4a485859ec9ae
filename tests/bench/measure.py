"""What a command costs: wall and user time and peak memory, of a process of its own."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command.

    Attributes:
        wall: seconds from start to end.
        user: seconds of processor time in user mode, its children included.
        system: the same in the kernel.
        peak: most resident memory, in bytes.
    """

    wall: float
    user: float
    system: float
    peak: int


@dataclass(frozen=True, slots=True)
class Runs:
    """Several runs of the same."""

    runs: tuple[Run, ...]

    @property
    def wall(self) -> float:
        """Shortest wall time: what the work takes where nothing else disturbs it."""
        return min(run.wall for run in self.runs)

    @property
    def median(self) -> float:
        """Median of the wall times."""
        return statistics.median(run.wall for run in self.runs)

    @property
    def user(self) -> float:
        """Shortest user time."""
        return min(run.user for run in self.runs)

    @property
    def peak(self) -> int:
        """Most memory of any run."""
        return max(run.peak for run in self.runs)


def run(command: Sequence[str], environment: Mapping[str, str] | None = None, allowed: Sequence[int] = (0,)) -> Run:
    """Run a command and measure it.

    Raises:
        SystemExit: it failed, with what it said.
    """
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **(environment or {})}
    ) as process:
        start = time.perf_counter()
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in allowed:
        sys.exit(f"{' '.join(command)}: status {process.returncode}\n{said.decode(errors='replace')[-2000:]}")
    return Run(wall, usage.ru_utime, usage.ru_stime, usage.ru_maxrss * 1024)


def runs(number: int, once: Callable[[], Run]) -> Runs:
    """Several runs."""
    return Runs(tuple(once() for _ in range(number)))


def yardstick() -> float:
    """Seconds that a fixed piece of pure Python takes here: what numbers of two machines are to be divided by."""
    return min(_fixed() for _ in range(5))


def _fixed() -> float:
    start = time.perf_counter()
    found: dict[tuple[int, str], list[int]] = {}
    for number in range(200_000):
        found.setdefault((number % 1000, str(number % 7)), []).append(number)
    assert len(found) == 7000
    return time.perf_counter() - start
