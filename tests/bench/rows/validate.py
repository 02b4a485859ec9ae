"""Row of `taploom validate`, which runs all checks and the proof and writes no file."""

from collections.abc import Iterator

from tests.bench.ground import FINDINGS, Ground
from tests.bench.measure import run, runs
from tests.bench.show import Aim, row


def measured(ground: Ground) -> Iterator[Aim]:
    """Measures `validate`, prints its line and yields no aim; the row `start_up` has an aim for `validate`."""
    command = ground.command("validate")
    row(ground.guests, ground.hosts, "validate", runs(ground.runs, lambda: run(command, allowed=(0, FINDINGS))))
    yield from ()
