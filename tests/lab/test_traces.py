"""Nothing is left behind, however a lab ends; and two labs do not meet."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.lab.handmade import MACS
from tests.support import needs

from netloom.lab.probe import Probe, run
from netloom.lab.session import Lab
from netloom.lab.waiting import wait_for

pytestmark = needs("root", "tun", "networkd", "dbus", "nft", "ip", "unshare", "nsenter")


PROGRAM = """
import os, sys, time
from netloom.lab.networkd import LinkState, Networkd
from netloom.lab.session import Lab
with Lab() as lab:
    host, guest = lab.machine("host"), lab.machine("guest")
    Networkd(host, {"10-b.netdev": "[NetDev]\\nName=b\\nKind=bridge\\n"}, bus=True)
    lab.cable(host, "eth0", guest, "eth0")
    lab.tap(host, "vm-a", guest, "eth1", "02:00:00:00:00:0a")
    lab.agent(guest).listen("tcp", 80)
    print("up", os.getpid(), host.pid, guest.pid, flush=True)
    if sys.argv[1] == "raise":
        raise KeyError("on purpose")
    time.sleep(60)
"""


def state() -> dict[str, list[str]]:
    """What a lab could leave on the machine, of this process's labs and those of its children."""
    lab_programs = ("unshare --net", "nsenter --net", "netloom/lab", "netloom.lab", "networkd", "/run/netloom-lab")
    lines = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout.splitlines()
    return {
        "processes": sorted(line for line in lines if any(mark in line for mark in lab_programs)),
        "mounts": sorted(Path("/proc/self/mounts").read_text().splitlines()),
        "links": sorted(path.name for path in Path("/sys/class/net").iterdir()),
        "files": sorted(str(path) for top in ("/run", "/run/systemd", "/etc/systemd") for path in Path(top).iterdir()),
    }


@pytest.mark.parametrize("end", ["raise", "SIGINT", "SIGTERM", "SIGKILL"])
def test_nothing_is_left_behind(end: str) -> None:
    before = state()
    root = str(Path(sys.modules["netloom.lab"].__path__[0]).parents[1])
    lab = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, end],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert lab.stdout
    with lab.stdout:
        assert lab.stdout.readline().startswith("up")
        if end != "raise":
            assert state()["processes"] != before["processes"]
            lab.send_signal(signal.Signals[end])
        assert lab.wait(10) != 0
    wait_for(lambda: state() == before, f"the state from before, after {end}", 5.0)


def test_two_labs_at_once_do_not_meet() -> None:
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
