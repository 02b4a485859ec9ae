"""`validate`: all checks and the proof, without a file written."""

from collections.abc import Iterator

from tests.bench.ground import FINDINGS, Ground
from tests.bench.measure import run, runs
from tests.bench.show import Aim, row


def measured(ground: Ground) -> Iterator[Aim]:
    """Print the line; no aim but the seed's hangs on it."""
    command = ground.command("validate")
    row(ground.guests, ground.hosts, "validate", runs(ground.runs, lambda: run(command, allowed=(0, FINDINGS))))
    yield from ()
