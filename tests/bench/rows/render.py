"""Rows of `taploom render` with every target, into a new and into an existing folder, and the share of each stage."""

from collections.abc import Iterator
from itertools import count

from tests.bench.ground import Ground
from tests.bench.measure import Run, run, runs
from tests.bench.show import Aim, note, row

LIMITS = {1000: (1.0, None), 10000: (10.0, 700.0)}
"""Limits of time in seconds and of memory in MB (None: no limit), by number of guests."""


def measured(ground: Ground) -> Iterator[Aim]:
    """Measures `render`, prints its lines and yields its aims."""
    numbers = count()

    def rendered(number: int) -> Run:
        return run(ground.command("render", "--out", str(ground.folder / f"out-{number}")))

    # Each run gets a new folder, since the disk is busy for some time after files are removed.
    found = runs(ground.runs, lambda: rendered(next(numbers)))
    row(ground.guests, ground.hosts, "render (cold)", found)
    row(ground.guests, ground.hosts, "render (again)", runs(ground.runs, lambda: rendered(0)))
    shares = ground.asked("in_stages.py", ground.specs, ground.folder / "staged")
    whole = sum(shares.values())
    note(f"stages: {', '.join(f'{name} {100 * spent / whole:.0f} %' for name, spent in shares.items())}")
    seconds, peak = LIMITS.get(ground.guests, (None, None))
    if seconds:
        yield Aim(f"render of {ground.guests} guests, cold", found.wall, seconds, "s")
    if peak:
        yield Aim(f"render of {ground.guests} guests, memory", found.peak / 1e6, peak, "MB")
    note(f"{1000 * found.user / ground.guests:.2f} ms of processor time a guest")
