"""How soon an open page of the example shows a change: from saving a spec to the first answer that has it."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tests.bench.show import Aim
from tests.bench.show import time as told
from tests.serving import Served, serving

LIMIT = 3.0
"""Seconds, MkDocs' own wait for more changes included."""
PATIENCE = 60.0
"""Seconds after which a change that does not show is an error."""


def measured(number: int, build: Path) -> Iterator[Aim]:
    """Print the line.

    Raises:
        TimeoutError: A change does not show.
    """
    with tempfile.TemporaryDirectory(prefix="serve-", dir=build) as folder, serving(Path(folder)) as served:
        served.started()
        domains = ["birch.example.org", *(f"n{at}.example.org" for at in range(number))]
        found = [_change(served, one, other) for one, other in pairwise(domains)]
    median = told(statistics.median(found))
    print(f"Serve: a saved spec shows after {told(min(found))} (median {median})")
    yield Aim("serve, a change of the example", min(found), LIMIT, "s")


def _change(served: Served, before: str, after: str) -> float:
    served.edit("site.yaml", before, after)
    start = time.perf_counter()
    while after not in served.page():
        if time.perf_counter() - start > PATIENCE:
            raise TimeoutError(f"`{after}` does not show within {PATIENCE:g} s")
        time.sleep(0.02)
    return time.perf_counter() - start
