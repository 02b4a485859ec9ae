"""Delay of `mkdocs serve` on the example: from saving a spec to the first response that contains the change."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tests.bench.show import Aim
from tests.bench.show import time as readable
from tests.serving import Served, serving

LIMIT = 3.0
"""Limit of the delay in seconds; it includes the time for which MkDocs waits for further changes."""
PATIENCE = 60.0
"""Seconds after which a change that is still missing in the page is an error."""


def measured(number: int, build: Path) -> Iterator[Aim]:
    """Measures the delay of several changes, prints a line and yields the aim.

    Args:
        number: Number of changes.
        build: Folder for temporary files.

    Raises:
        TimeoutError: A change does not appear in the page.
    """
    with tempfile.TemporaryDirectory(prefix="serve-", dir=build) as folder, serving(Path(folder)) as served:
        served.started()
        domains = ["birch.example.org", *(f"n{at}.example.org" for at in range(number))]
        found = [_change(served, one, other) for one, other in pairwise(domains)]
    median = readable(statistics.median(found))
    print(f"Serve: a saved spec shows after {readable(min(found))} (median {median})")
    yield Aim("serve, a change of the example", min(found), LIMIT, "s")


def _change(served: Served, before: str, after: str) -> float:
    served.edit("site.yaml", before, after)
    start = time.perf_counter()
    while after not in served.page():
        if time.perf_counter() - start > PATIENCE:
            raise TimeoutError(f"`{after}` does not show within {PATIENCE:g} s")
        time.sleep(0.02)
    return time.perf_counter() - start
