"""The comparison of what the spec means with what every ruleset does, by itself."""

from collections.abc import Iterator

from tests.bench.ground import Ground
from tests.bench.measure import Run, runs
from tests.bench.show import Aim, row

LIMITS = {1000: 1.0, 10000: 10.0}


def measured(ground: Ground) -> Iterator[Aim]:
    """Print the line."""
    found = runs(ground.runs, lambda: Run(**ground.asked("in_proof.py", ground.specs)))
    row(ground.guests, ground.hosts, "proof", found)
    if ground.guests in LIMITS:
        yield Aim(f"proof of {ground.guests} guests", found.wall, LIMITS[ground.guests], "s")
