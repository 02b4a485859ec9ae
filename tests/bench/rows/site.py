"""Row of `mkdocs build`: time and output size of all pages and pictures, and whether a second build is identical."""

import hashlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.ground import ROOT, Ground
from tests.bench.measure import Run, run, runs
from tests.bench.show import Aim, note, row

LIMITS = {1000: (30.0, None), 10000: (240.0, 500.0)}
"""Limits of time in seconds and of output in MB (None: no limit), by number of guests."""
TWICE = 1000
"""Sites of at most this many guests are built a second time, to compare both builds."""


def measured(ground: Ground) -> Iterator[Aim]:
    """Measures the build, prints its lines and yields its aims."""
    out = ground.folder / "site"
    mkdocs = str(Path(sys.executable).with_name("mkdocs"))
    command = [mkdocs, "build", "--quiet", "--config-file", str(ROOT / "mkdocs.yml"), "--site-dir", str(out)]
    environment = {"SPECS": str(ground.specs), "NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": "1700000000"}

    def build() -> Run:
        shutil.rmtree(out, ignore_errors=True)
        return run(command, environment)

    found = runs(1, build)
    row(ground.guests, ground.hosts, "site", found)
    files = [file for file in sorted(out.rglob("*")) if file.is_file()]
    size = sum(file.stat().st_size for file in files) / 1e6
    note(f"{len(files)} files, {size:.1f} MB, {1000 * size / ground.guests:.0f} kB a guest")
    if ground.guests <= TWICE:
        before = _digest(out)
        build()
        note("built once more: the same bytes" if _digest(out) == before else "built once more: OTHER BYTES")
    seconds, megabytes = LIMITS.get(ground.guests, (None, None))
    if seconds:
        yield Aim(f"site of {ground.guests} guests", found.wall, seconds, "s")
    if megabytes:
        yield Aim(f"site of {ground.guests} guests, output", size, megabytes, "MB")


def _digest(folder: Path) -> str:
    found = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            found.update(f"{file.relative_to(folder)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()
