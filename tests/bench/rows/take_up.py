"""Rows of `activate` on a host with 400 guests, compared with loading the same files by hand.

"By hand" has no rollback: commands copy the files, load the ruleset with `nft -f` and the units with `networkctl
reload`. The host is a test host (`tests.hosts.booted`) with a TAP for each guest; it alternates between two plans.
"""

from __future__ import annotations

import json
import statistics
from datetime import datetime
from itertools import cycle, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.bench.ground import TAPLOOM
from tests.bench.measure import Run, Runs, run
from tests.bench.show import Aim, note, row
from tests.bench.sites import write_site
from tests.hosts.booted import Host, booted
from tests.hosts.bundles import DRIFTED
from tests.support import missing

if TYPE_CHECKING:
    from collections.abc import Iterator

GUESTS = 400
NAME = "hv00"
TIMES = 1.5
"""Limit of the time of `activate try`, and of its steps that change the host, as a multiple of the time by hand."""
STATUS = 0.3
"""Limit of the time of `activate status`, in seconds."""
BY_HAND = """
cp -r "$0/etc" / && nft -f "$0/etc/taploom/taploom.nft"
systemctl restart systemd-sysctl.service && networkctl reload
"""


def measured(number: int, build: Path) -> Iterator[Aim]:
    """Measures `activate`, prints its lines and yields its aims.

    Args:
        number: Number of runs of each command, for each plan.
        build: Folder for the site.
    """
    why = missing("root") or missing("boot")
    if why:
        note(f"take-up: not run, {why}")
        return
    with TemporaryDirectory(prefix="bench-", dir=build) as folder, booted(uplinks=("eth0",), name=NAME) as host:
        bundles = [_bundle(Path(folder), host, place) for place in ("one", "other")]
        _furnish(host, json.loads((Path(folder) / "one/plan.json").read_text()))
        by_hand = [_timed(host, "sh", "-euc", BY_HAND, bundle) for bundle, _ in zip(cycle(bundles), range(2 * number))]
        found = [_taken_up(host, bundle) for bundle, _ in zip(cycle(bundles), range(2 * number))]
        taken, hand = Runs(tuple(tried for tried, *_ in found)), Runs(tuple(by_hand))
        changed = statistics.median(seconds for *_, seconds in found)
        status = Runs(tuple(_timed(host, f"{bundles[1]}/activate", "status") for _ in range(number)))
    row(GUESTS, 1, "nft -f, reload", hand)
    row(GUESTS, 1, "activate try", taken)
    row(GUESTS, 1, "activate confirm", Runs(tuple(confirmed for _, confirmed, _ in found)))
    row(GUESTS, 1, "activate status", status)
    note(f"activate try needs {changed * 1000:.0f} ms to change the host, the rest to check it and to save its state")
    yield Aim(f"take-up of {GUESTS} guests, ratio to by hand", taken.median / hand.median, TIMES, "times")
    yield Aim("its steps that change the host, ratio to by hand", changed / hand.median, TIMES, "times")
    yield Aim(f"status of {GUESTS} guests", status.wall, STATUS, "s")


def _bundle(folder: Path, host: Host, name: str) -> str:
    """Exports the site and copies its bundle to the host; `other` is a bundle with a different resolver and rule."""
    specs = folder / name / "specs"
    write_site(specs, GUESTS, 1)
    if name == "other":
        for file, old, new in (("networks", "9.9.9.9", "9.9.9.10"), ("policy", "[ssh, ping]", "ssh")):
            path = specs / f"{file}.yaml"
            path.write_text(path.read_text().replace(old, new))
    for verb, *out in (("lock",), ("export", NAME, "-o", "bundle"), ("render", "-o", ".")):
        where = [str(folder / name / word) if before == "-o" else word for before, word in pairwise(["", *out])]
        run([TAPLOOM, verb, "--specs", str(specs), *where])
    for path in sorted((folder / name / "bundle").rglob("*")):
        if path.is_file():
            inside = path.relative_to(folder / name / "bundle")
            host.push({str(inside): path.read_bytes()}, f"/var/tmp/{name}", path.stat().st_mode & 0o777)
    return f"/var/tmp/{name}"


def _furnish(host: Host, plan: dict[str, list[dict[str, list[dict[str, str]]]]]) -> None:
    """Creates the guests' TAPs, and the gateway addresses that the host's probes contact."""
    taps = [nic["tap"] for guest in plan["guests"] for nic in guest["nics"]]
    host.run("sh", "-euc", 'for tap; do ip tuntap add "$tap" mode tap; done', "taps", *taps, timeout=60)
    for address in ("203.0.113.1/24", "fe80::1/64"):
        host.outside.ip(f"addr add {address} dev eth0 {'nodad' if ':' in address else ''}")


def _taken_up(host: Host, bundle: str) -> tuple[Run, Run, float]:
    """Takes up and confirms a bundle: both runs, and the seconds from the first change of the host to the probes."""
    tried = _timed(host, f"{bundle}/activate", "try", "--timeout", "10m")
    confirmed = _timed(host, f"{bundle}/activate", "confirm")
    steps = [line.split(maxsplit=1) for line in host.run("cat", "/var/lib/taploom/current/journal").splitlines()]
    first, last = (datetime.fromisoformat(when) for when, step in steps if step in ("files", "probes"))
    return tried, confirmed, (last - first).total_seconds()


def _timed(host: Host, *command: str) -> Run:
    """Measures a command on the host, after networkd has finished the work of the previous command.

    Exit code `DRIFTED` is allowed: network namespaces other than the first have no sysctls for the neighbour table.

    Systemd refuses a sixth start of systemd-sysctl within ten seconds, so the function resets the count of starts.
    """
    host.run("networkctl", "list", timeout=60)
    host.run("systemctl", "reset-failed", "systemd-sysctl.service")
    return run(host.entering(command), allowed=(0, DRIFTED))
