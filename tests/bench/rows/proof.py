"""Row of the proof alone, which compares the intent of the specs with every host's ruleset."""

from collections.abc import Iterator

from tests.bench.ground import Ground
from tests.bench.measure import Run, runs
from tests.bench.show import Aim, row

LIMITS = {1000: 1.0, 10000: 10.0}


def measured(ground: Ground) -> Iterator[Aim]:
    """Measures the proof, prints its line and yields its aim."""
    found = runs(ground.runs, lambda: Run(**ground.asked("in_proof.py", ground.specs)))
    row(ground.guests, ground.hosts, "proof", found)
    if ground.guests in LIMITS:
        yield Aim(f"proof of {ground.guests} guests", found.wall, LIMITS[ground.guests], "s")
