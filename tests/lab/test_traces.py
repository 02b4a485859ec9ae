"""A lab leaves no process, mount or file behind, however it ends, and two labs cannot reach each other."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.lab.handmade import MACS
from tests.support import needs

from taploom.lab.probe import Probe, run
from taploom.lab.session import Lab
from taploom.lab.waiting import wait_for

pytestmark = needs("root", "tun", "networkd", "dbus", "ip", "unshare", "nsenter")

PROGRAM = """
import sys, time
from taploom.lab.networkd import Networkd
from taploom.lab.session import Lab
end, token = sys.argv[1:]
with Lab() as lab:
    host, guest = lab.machine("host"), lab.machine("guest")
    Networkd(host, {"10-b.netdev": "[NetDev]\\nName=b\\nKind=bridge\\n"}, bus=True)
    lab.cable(host, f"v{token}", guest, f"w{token}")
    lab.tap(host, f"t{token}", guest, f"n{token}", "02:00:00:00:00:0a")
    lab.agent(guest).listen("tcp", 80)
    print(host.pid, guest.pid, flush=True)
    sys.stdin.read()
    if end == "raise":
        raise KeyError("on purpose")
"""
KINDS = ("net", "mnt", "pid", "uts")
PLACES = ("/run", "/sys", "/proc", "/var/lib/systemd", "/etc/systemd/network", "/etc/machine-id")


def processes() -> dict[int, tuple[int, frozenset[str]]]:
    """All processes of the machine by PID, each with its parent's PID and its namespaces."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            found[int(entry.name)] = (parent, frozenset(str((entry / "ns" / kind).readlink()) for kind in KINDS))
        except OSError:
            continue
    return found


@contextmanager
def held(pids: Iterable[int]) -> Iterator[frozenset[str]]:
    """Namespaces of processes; the context keeps them open, since the kernel reuses numbers of closed namespaces."""
    opened = [os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY) for pid in pids for kind in KINDS]
    try:
        yield frozenset(str(Path(f"/proc/self/fd/{file}").readlink()) for file in opened)
    finally:
        for file in opened:
            os.close(file)


def descendants(pid: int) -> set[int]:
    """A process and all its descendants, across PID namespaces."""
    table, family = processes(), {pid}
    while more := {child for child, (parent, _) in table.items() if parent in family} - family:
        family |= more
    return family


def mounts() -> list[str]:
    """Mounts of this machine at the paths where labs mount something."""
    lines = Path("/proc/self/mounts").read_text().splitlines()
    return sorted(line for line in lines if line.split()[1] in PLACES)


def files() -> set[Path]:
    """Files and links at the paths where a lab might leave some."""
    places = ("run/taploom*", "tmp/taploom*", "run/systemd/network/*", "run/systemd/netif/*", "run/netns/*")
    return {path for place in places for path in Path("/").glob(place)}


@pytest.mark.parametrize("end", ["raise", "SIGINT", "SIGTERM", "SIGKILL"])
def test_a_lab_that_ends_leaves_nothing_behind(end: str) -> None:
    mounted, present, token = mounts(), files(), secrets.token_hex(4)
    ours = processes()[os.getpid()][1]
    root = str(Path(sys.modules["taploom.lab"].__path__[0]).parents[1])
    lab = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, end, token],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert lab.stdout
    with lab, held([int(pid) for pid in lab.stdout.readline().split()]) as there:
        family, namespaces = descendants(lab.pid), there - ours
        inside = {pid for pid, (_, own) in processes().items() if own & namespaces}
        # Two anchors and the process 1 of each; networkd, D-Bus and agent, and an nsenter for each; the TAP pump.
        assert len(inside) == 11
        if end == "raise":
            lab.communicate("")
        else:
            lab.send_signal(signal.Signals[end])
        assert lab.wait(10) != 0

        def gone() -> bool:
            table = processes()
            return not any(pid in table for pid in family | inside) and not any(
                own & namespaces for _, own in table.values()
            )

        wait_for(gone, f"the end of everything after {end}", 5.0)
    assert mounts() == mounted
    assert not [path for path in Path("/sys/class/net").iterdir() if token in path.name]
    assert not [path for path in files() - present if "taploom" in path.name or token in path.name]


def test_two_labs_at_once_cannot_reach_each_other() -> None:
    with Lab() as one, Lab() as two:
        sites = [(lab.machine("host"), lab.machine("guest"), lab) for lab in (one, two)]
        for number, (host, guest, lab) in enumerate(sites):
            lab.tap(host, "vm-a", guest, "eth0", MACS["web"])
            for machine, ifname, last in ((host, "vm-a", 1), (guest, "eth0", 2)):
                machine.ip(f"addr add 10.{number}.0.{last}/24 dev {ifname}")
                machine.ip(f"link set {ifname} up")
            lab.agent(host).listen("tcp", 80)
        probes = [
            Probe(lab.agent(guest), "tcp", f"10.{number}.0.1", 80, passes=number == mine)
            for mine, (_, guest, lab) in enumerate(sites)
            for number in range(2)
        ]
        assert [answer.outcome for answer in run(probes)] == ["open", "unreachable", "unreachable", "open"]
