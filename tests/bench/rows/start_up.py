"""Row of the start-up time: `validate` on the small seed site, compared with a bare Python interpreter."""

import sys
from collections.abc import Iterator

from tests.bench.ground import FINDINGS, ROOT, TAPLOOM
from tests.bench.measure import run, runs
from tests.bench.show import Aim, time

SEED = ROOT / "tests/golden/seed/specs"


def measured(number: int) -> Iterator[Aim]:
    """Measures the start-up, prints its line and yields its aim."""
    found = runs(number, lambda: run([TAPLOOM, "validate", "--specs", str(SEED)], allowed=(0, FINDINGS)))
    bare = runs(number, lambda: run([sys.executable, "-c", "pass"]))
    ratio = f"{found.wall / bare.wall:.1f} times a bare interpreter's {time(bare.wall)}"
    print(f"Start-up: validate of the seed {time(found.wall)} (median {time(found.median)}), {ratio}")
    yield Aim("start-up, validate of the seed", found.wall, 0.2, "s")
