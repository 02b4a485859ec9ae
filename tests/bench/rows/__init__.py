"""Rows of the benchmark, in the order of measurement; a new row needs a module here and an entry in `ROWS`."""

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
"""Functions that each measure a site, print their lines, and yield the aims that apply to it."""
