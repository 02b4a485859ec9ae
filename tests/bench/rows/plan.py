"""Row of `taploom plan` for forty edits in a git repository: compiles, compares and reports both revisions."""

import subprocess
from collections.abc import Iterator

from tests.bench.edits import LEAST, edit_site
from tests.bench.ground import TAPLOOM, Ground
from tests.bench.measure import run, runs
from tests.bench.show import Aim, row
from tests.bench.sites import write_site

LIMITS = {1000: 2.5, 10000: 20.0}
_AUTHOR = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")


def measured(ground: Ground) -> Iterator[Aim]:
    """Measures `plan`, prints its line and yields its aim; skips sites that are too small to edit."""
    if ground.guests < LEAST:
        return
    repository = ground.folder / "repository"
    specs = repository / "specs"
    write_site(specs, ground.guests, ground.hosts)
    (specs / "taploom.lock").write_bytes((ground.specs / "taploom.lock").read_bytes())
    for words in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "--message=base")):
        subprocess.run(["git", *_AUTHOR, "-C", str(repository), *words], check=True)
    edit_site(specs, ground.guests)
    run([TAPLOOM, "lock", "--specs", str(specs)])
    found = runs(ground.runs, lambda: run([TAPLOOM, "plan", "--specs", str(specs)]))
    row(ground.guests, ground.hosts, "plan (40 edits)", found)
    if ground.guests in LIMITS:
        yield Aim(f"plan of 40 edits, {ground.guests} guests, cold", found.wall, LIMITS[ground.guests], "s")
