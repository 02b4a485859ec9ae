"""`validate` of small sites that multiply: how it grows with what is written, and against another build."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.ground import FINDINGS, TAPLOOM
from tests.bench.measure import Runs, run, runs
from tests.bench.show import Aim, note, row
from tests.bench.steep_sites import STEEP

GROWTH = 4.6
"""Processor time of a site that says twice as much: what is meant may be its square, and a sorting adds a little."""
PERCENT = 10.0
"""Of the processor time of the build that `--against` names: the aim where that is fa6f8f6, which had no bounds."""


def measured(number: int, build: Path, against: Path | None) -> Iterator[Aim]:
    """Print a line for each site, half as large and whole.

    Args:
        number: runs of each.
        build: folder for the sites.
        against: source root of another build, or None.
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
    """Specs in a new folder, with their lock as far as they have one."""
    specs.mkdir()
    (specs / "site.yaml").write_text(text, encoding="utf-8")
    run([TAPLOOM, "lock", "--specs", str(specs)], allowed=(0, FINDINGS))
    return specs


def _validated(specs: Path, number: int, source: Path | None) -> Runs:
    command = [TAPLOOM, "validate", "--specs", str(specs)]
    environment = {"PYTHONPATH": str(source)} if source else {}
    return runs(number, lambda: run(command, environment, allowed=(0, FINDINGS)))
