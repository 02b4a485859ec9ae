"""Rows of `validate` for small specs with huge results: growth of time with the specs, and comparison of two builds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.ground import FINDINGS, TAPLOOM
from tests.bench.measure import Runs, run, runs
from tests.bench.show import Aim, note, row
from tests.bench.steep_sites import STEEP

GROWTH = 4.6
"""Limit of the factor by which processor time may grow if specs double; quadratic growth plus sorting is acceptable."""
PERCENT = 10.0
"""Limit of processor time, in percent of the time of the build `--against`. It assumes a build of commit fa6f8f6."""


def measured(number: int, build: Path, against: Path | None) -> Iterator[Aim]:
    """Measures each site at half and at full size, prints a line for both and yields the aims.

    Args:
        number: Number of runs of each command.
        build: Folder for the sites.
        against: Source root of another build to compare with, or None.
    """
    for make, size in STEEP:
        with TemporaryDirectory(prefix="bench-", dir=build) as folder:
            half, whole = _written(Path(folder) / "half", make(size // 2)), _written(Path(folder) / "whole", make(size))
            found = [_validated(specs, number, None) for specs in (half, whole)]
            other = _validated(whole, number, against) if against else None
        row(size // 2, 1, f"steep: {make.__name__}", found[0])
        row(size, 1, f"steep: {make.__name__}", found[1])
        yield Aim(f"growth of {make.__name__}, twice as many", found[1].user / found[0].user, GROWTH, "times")
        if other:
            note(f"the other build takes {other.user:.2f} s of processor time")
            yield Aim(f"{make.__name__}, percent of the other build", 100 * found[1].user / other.user, PERCENT, "%")


def _written(specs: Path, text: str) -> Path:
    """Writes specs to a new folder, and locks them if they compile."""
    specs.mkdir()
    (specs / "site.yaml").write_text(text, encoding="utf-8")
    run([TAPLOOM, "lock", "--specs", str(specs)], allowed=(0, FINDINGS))
    return specs


def _validated(specs: Path, number: int, source: Path | None) -> Runs:
    command = [TAPLOOM, "validate", "--specs", str(specs)]
    environment = {"PYTHONPATH": str(source)} if source else {}
    return runs(number, lambda: run(command, environment, allowed=(0, FINDINGS)))
