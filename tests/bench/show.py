"""Output of the benchmark: a line for each measurement, and a line for each aim that says whether the aim holds."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.measure import Runs

HEAD = f"{'guests':>7} {'hosts':>5}  {'what':<18} {'wall':>9} {'median':>9} {'user':>9} {'peak':>8}"
_INDENT = 15


@dataclass(frozen=True, slots=True)
class Aim:
    """A measured number and the limit below which it should stay.

    Attributes:
        what: Name of the command and size of the site.
        found: Measured number.
        limit: Limit, in the same unit.
        unit: `s`, `MB`, or `times` or `%` for a ratio.
    """

    what: str
    found: float
    limit: float
    unit: str

    @property
    def holds(self) -> bool:
        """Whether the measured number is below the limit."""
        return self.found < self.limit

    def __str__(self) -> str:
        word = "holds " if self.holds else "MISSED"
        return f"{word}  {self.what:<46} {_amount(self.found, self.unit):>10}  aim {_amount(self.limit, self.unit)}"


def row(guests: int, hosts: int, what: str, found: Runs) -> None:
    """Prints one line of the table."""
    times = " ".join(f"{time(value):>9}" for value in (found.wall, found.median, found.user))
    print(f"{guests:>7} {hosts:>5}  {what:<18} {times} {found.peak / 1e6:>5.0f} MB", flush=True)


def note(text: str) -> None:
    """Prints an indented remark on the line above."""
    print(f"{'':>{_INDENT}}{text}", flush=True)


def verdict(aims: Sequence[Aim], yardstick: float) -> None:
    """Prints all aims, how many of them were missed, and the yardstick of the machine.

    Two builds of one Python version can differ by a quarter in speed, so the output names Python's version and prefix.

    Args:
        aims: Aims of all rows.
        yardstick: Result of `measure.yardstick`, in seconds.
    """
    load, processors = os.getloadavg()[1], os.cpu_count()
    python = f"Python {platform.python_version()} of {sys.base_prefix}"
    print(f"\nYardstick: a fixed piece of pure Python takes {time(yardstick)} here, by {python}.")
    print(f"Aims (shortest wall time of all runs; the load was {load:.1f}, on {processors} processors):")
    for aim in aims:
        print(f"  {aim}")
    missed = sum(not aim.holds for aim in aims)
    print(f"{missed} of {len(aims)} aims missed." if missed else f"All {len(aims)} aims hold.")


def time(seconds: float) -> str:
    """A time in readable form: milliseconds below one second, else seconds."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _amount(value: float, unit: str) -> str:
    return time(value) if unit == "s" else f"{value:.1f} {unit}"
