"""The benchmark runs to its end and prints a row for each command; no test checks the numbers."""

import subprocess
import sys
from pathlib import Path

from tests.support import needs

ROOT = Path(__file__).parents[1]


@needs("nix-instantiate")
def test_each_row_of_a_small_site_is_measured() -> None:
    command = [sys.executable, "tests/bench", "--sizes", "10", "--runs", "1", "--only", "render,validate,proof,rivals"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    rows = ("render (cold)", "render (again)", "stages: source", "validate", "proof", "netplan", "nix", "Yardstick")
    assert [row for row in rows if row not in done.stdout] == []
