"""Measures wall time, user time and peak memory of a command that runs as its own process."""

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
    """Measurement of one run of a command.

    Attributes:
        wall: Seconds from start to end.
        user: Processor time in user mode, in seconds, including child processes.
        system: Processor time in the kernel, in seconds, including child processes.
        peak: Peak resident memory, in bytes.
    """

    wall: float
    user: float
    system: float
    peak: int


@dataclass(frozen=True, slots=True)
class Runs:
    """Measurements of several runs of the same command."""

    runs: tuple[Run, ...]

    @property
    def wall(self) -> float:
        """Shortest wall time, in seconds: other processes disturbed this run the least."""
        return min(run.wall for run in self.runs)

    @property
    def median(self) -> float:
        """Median of the wall times, in seconds."""
        return statistics.median(run.wall for run in self.runs)

    @property
    def user(self) -> float:
        """Shortest user time, in seconds."""
        return min(run.user for run in self.runs)

    @property
    def peak(self) -> int:
        """Highest peak memory of all runs, in bytes."""
        return max(run.peak for run in self.runs)


def run(command: Sequence[str], environment: Mapping[str, str] | None = None, allowed: Sequence[int] = (0,)) -> Run:
    """Runs a command and measures it.

    Args:
        command: Command line.
        environment: Additional environment variables.
        allowed: Exit codes that count as success.

    Raises:
        SystemExit: The command failed; the message contains its standard error.
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
    """Calls `once` several times and collects the measurements."""
    return Runs(tuple(once() for _ in range(number)))


def yardstick() -> float:
    """Seconds that a fixed piece of pure Python takes on this machine. Divide times by it to compare machines."""
    return min(_fixed() for _ in range(5))


def _fixed() -> float:
    start = time.perf_counter()
    found: dict[tuple[int, str], list[int]] = {}
    for number in range(200_000):
        found.setdefault((number % 1000, str(number % 7)), []).append(number)
    assert len(found) == 7000
    return time.perf_counter() - start
