"""What is measured, in this order: a new row is a file here and a line in `ROWS`."""

from collections.abc import Callable, Iterator

from tests.bench.ground import Ground
from tests.bench.rows import plan, proof, render, rivals, site, validate
from tests.bench.show import Aim

ROWS: tuple[Callable[[Ground], Iterator[Aim]], ...] = (
    render.measured,
    validate.measured,
    proof.measured,
    plan.measured,
    site.measured,
    rivals.measured,
)
"""Each prints its lines and gives the aims that it measured."""
