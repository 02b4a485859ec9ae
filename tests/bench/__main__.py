"""`python tests/bench` measures time and memory of taploom for sites of 10 to 10,000 guests, and reports missed aims.

Every number comes from the real command in a process of its own, with compiled bytecode as in an installed package. The
shortest of several runs counts, since other work of the machine makes runs longer. At the end, the output shows a
yardstick and the aims. The yardstick is the time of a fixed piece of Python: divide other times by it to compare two
machines. A missed aim does not change the exit status, since a busy machine misses aims that an idle machine meets.
"""

from __future__ import annotations

import argparse
import compileall
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.ground import Ground  # noqa: E402
from tests.bench.measure import run, yardstick  # noqa: E402
from tests.bench.rows import ROWS, serve, start_up, steep, take_up  # noqa: E402
from tests.bench.show import HEAD, Aim, verdict  # noqa: E402
from tests.bench.sites import hosts_for, write_site  # noqa: E402

BUILD = ROOT / "build"
SIZES = (10, 100, 1000, 10000)


def main() -> None:
    """Measures all chosen rows and prints them, then the aims."""
    parser = argparse.ArgumentParser(prog="python tests/bench", description=__doc__)
    parser.add_argument("--sizes", type=lambda text: tuple(map(int, text.split(","))), default=SIZES)
    parser.add_argument("--runs", type=int, default=3, help="runs of each command (start-up: ten times as many)")
    parser.add_argument("--no-rivals", action="store_true", help="do not measure netplan and Nix")
    parser.add_argument("--only", type=lambda text: text.split(","), help="rows to measure, by module name")
    parser.add_argument("--against", type=Path, help="source root of another build to compare steep sites with")
    chosen = parser.parse_args()
    compileall.compile_dir(str(ROOT / "compiler"), quiet=2)
    BUILD.mkdir(exist_ok=True)
    before = yardstick()
    aims = [] if chosen.only else [*start_up.measured(10 * chosen.runs)]
    if chosen.only is None or "serve" in chosen.only:
        aims += serve.measured(chosen.runs, BUILD)
    print(f"\n{HEAD}")
    if chosen.only is None or "steep" in chosen.only:
        aims += steep.measured(chosen.runs, BUILD, chosen.against)
    if chosen.only is None or "take_up" in chosen.only:
        aims += take_up.measured(chosen.runs, BUILD)
    for size in chosen.sizes:
        with tempfile.TemporaryDirectory(prefix="bench-", dir=BUILD) as folder:
            aims += _size(Ground(Path(folder), size, hosts_for(size), chosen.runs, not chosen.no_rivals), chosen.only)
    verdict(aims, min(before, yardstick()))


def _size(ground: Ground, only: list[str] | None) -> list[Aim]:
    write_site(ground.specs, ground.guests, ground.hosts)
    run(ground.command("lock"))
    rows = [each for each in ROWS if only is None or each.__module__.rpartition(".")[2] in only]
    return [aim for each in rows for aim in each(ground)]


if __name__ == "__main__":
    main()
