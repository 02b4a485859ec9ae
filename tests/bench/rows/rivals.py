"""Rows of netplan and Nix on the same site, compared with a cold `render`. They show how fast the machine is."""

from collections.abc import Iterator

from tests.bench.ground import Ground
from tests.bench.measure import Run, Runs, run
from tests.bench.show import Aim, note, row


def measured(ground: Ground) -> Iterator[Aim]:
    """Measures the other tools and prints their lines; there is no aim, since neither does the same work."""
    if not ground.rivals:
        return
    out = ground.folder / "beside"
    cold = run(ground.command("render", "--out", str(out)))
    for name, found in ground.asked("in_rivals.py", ground.specs, out, ground.folder / "netplan").items():
        if found is None:
            note(f"{name}: not installed")
            continue
        row(ground.guests, ground.hosts, name, Runs((Run(**found),)))
        note(f"a cold render takes {cold.wall / found['wall']:.2f} times as long, with every target and guest")
    yield from ()
