"""`python tests/bench`: what compiling costs, for sites of 10 to 10,000 guests, beside what other tools cost.

Every number of netloom is that of the real command in a process of its own, with its bytecode compiled, as an installed
package has it. The shortest of several runs counts: everything else is what the machine did meanwhile.
"""

from __future__ import annotations

import argparse
import compileall
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.measure import Run, Runs, run, runs  # noqa: E402
from tests.bench.sites import hosts_for, write_site  # noqa: E402

NETLOOM = str(Path(sys.executable).with_name("netloom"))
SEED = ROOT / "tests/golden/seed/specs"
BUILD = ROOT / "build"
FINDINGS = 1
SIZES = (10, 100, 1000, 10000)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python tests/bench", description=__doc__)
    parser.add_argument("--sizes", type=lambda text: tuple(map(int, text.split(","))), default=SIZES)
    parser.add_argument("--runs", type=int, default=3, help="runs of each command (start-up: ten times as many)")
    parser.add_argument("--no-rivals", action="store_true", help="leave netplan and Nix out")
    chosen = parser.parse_args()
    compileall.compile_dir(str(ROOT / "compiler"), quiet=2)
    BUILD.mkdir(exist_ok=True)
    _start_up(10 * chosen.runs)
    print(f"\n{'guests':>7} {'hosts':>5}  {'command':<16} {'wall':>9} {'median':>9} {'user':>9} {'peak':>8}")
    for size in chosen.sizes:
        with tempfile.TemporaryDirectory(prefix="bench-", dir=BUILD) as folder:
            _size(Path(folder), size, chosen.runs, with_rivals=not chosen.no_rivals)


def _start_up(number: int) -> None:
    found = runs(number, lambda: run([NETLOOM, "validate", "--specs", str(SEED)], allowed=(0, FINDINGS)))
    bare = runs(number, lambda: run([sys.executable, "-c", "pass"]))
    print(f"Start-up: validate of the seed {_time(found.wall)} (median {_time(found.median)}, aim 0.2 s);", end=" ")
    print(f"a bare interpreter {_time(bare.wall)}")


def _size(folder: Path, guests: int, number: int, *, with_rivals: bool) -> None:
    specs, out, hosts = folder / "specs", folder / "out", hosts_for(guests)
    write_site(specs, guests, hosts)
    run([NETLOOM, "lock", "--specs", str(specs)])

    def render() -> Run:
        shutil.rmtree(out, ignore_errors=True)
        return run([NETLOOM, "render", "--specs", str(specs), "--out", str(out)])

    cold = runs(number, render)
    _row(guests, hosts, "render (cold)", cold)
    again = [NETLOOM, "render", "--specs", str(specs), "--out", str(out)]
    _row(guests, hosts, "render (again)", runs(number, lambda: run(again)))
    validate = [NETLOOM, "validate", "--specs", str(specs)]
    _row(guests, hosts, "validate", runs(number, lambda: run(validate, allowed=(0, FINDINGS))))
    _stages(specs, folder / "staged")
    if with_rivals:
        _rivals(guests, hosts, (specs, out, folder / "netplan"), cold)


def _stages(specs: Path, out: Path) -> None:
    found = _asked("stages.py", specs, out)
    whole = sum(found.values())
    parts = (f"{name} {100 * spent / whole:.0f} %" for name, spent in found.items())
    print(f"{'':>15}stages: {', '.join(parts)}")


def _rivals(guests: int, hosts: int, paths: tuple[Path, Path, Path], cold: Runs) -> None:
    for name, found in _asked("rivals.py", *paths).items():
        if found is None:
            print(f"{'':>15}{name}: not installed")
            continue
        wall = found["wall"]
        print(f"{guests:>7} {hosts:>5}  {name:<16} {_time(wall):>9} {_time(wall):>9} {_time(found['user']):>9}")
        print(f"{'':>15}a cold render takes {cold.wall / wall:.2f} times as long, with every target and guest")


def _asked(script: str, *paths: Path) -> dict[str, Any]:
    """What a script beside this one prints as JSON."""
    command = [sys.executable, str(ROOT / "tests/bench" / script), *map(str, paths)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return found


def _row(guests: int, hosts: int, command: str, found: Runs) -> None:
    peak = f"{found.peak / 1e6:.0f} MB"
    times = " ".join(f"{_time(value):>9}" for value in (found.wall, found.median, found.user))
    print(f"{guests:>7} {hosts:>5}  {command:<16} {times} {peak:>8}", flush=True)


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


if __name__ == "__main__":
    main()
