"""A test host boots and reboots like a complete system; it cannot reach the machine, and leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.hosts.booted import Host, booted
from tests.support import needs

from taploom.lab.namespace import Namespace
from taploom.lab.waiting import LabError, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.kernel, needs("root", "boot")]

UNIT = "[Match]\nName=eno1\n[Network]\nAddress=192.0.2.2/24\nIPv6AcceptRA=no\n"
PATH = "/etc/systemd/network/10-eno1.network"


@pytest.fixture(scope="module")
def host(tree: Path) -> Iterator[Host]:
    """A host with one uplink, whose other end has an address."""
    with booted(tree, uplinks=("eno1",)) as host:
        host.outside.ip("addr add 192.0.2.1/24 dev eno1")
        yield host


def test_everything_that_an_activation_needs_runs(host: Host) -> None:
    assert host.state() == "running", host.failed()
    host.push({PATH: UNIT})
    host.run("networkctl", "reload")
    wait_for(lambda: "192.0.2.2/24" in host.addresses("eno1", usable=True), "its address")
    host.outside.run("ping", "-c", "1", "-W", "5", "192.0.2.2")
    host.run("systemd-run", "--on-active=100ms", "--timer-property=AccuracySec=10ms", "touch", "/run/fired")
    wait_for(lambda: host.file("/run/fired").exists(), "a timer")


def test_only_files_survive_a_reboot(host: Host) -> None:
    host.push({PATH: UNIT, "/var/tmp/kept": "kept", "/run/gone": "gone"})
    before, boots = host.run("cat", "/proc/sys/kernel/random/boot_id"), host.boots
    host.run("ip", "link", "add", "br0", "type", "bridge")
    host.run("nft", "add", "table", "inet", "mine")
    host.run("sysctl", "-qw", "net.ipv4.conf.all.forwarding=1")
    host.run("logger", "said before the reboot")
    host.reboot()
    assert host.boots == boots + 1
    assert host.run("cat", "/var/tmp/kept") == "kept"
    assert not host.file("/run/gone").exists()
    assert host.run("cat", "/proc/sys/kernel/random/boot_id") != before
    assert host.run("nft", "list", "ruleset") == ""
    assert host.run("cat", "/proc/sys/net/ipv4/conf/all/forwarding") == "0\n"
    assert "br0" not in host.run("ip", "-br", "link")
    assert "said before the reboot" in host.journal()
    wait_for(lambda: "192.0.2.2/24" in host.addresses("eno1"), "its address after the boot")


def test_a_power_cut_ends_everything_at_once(host: Host) -> None:
    host.run(
        "systemd-run", "--unit=last-words", "sh", "-c", "trap 'touch /var/tmp/ended-in-order' TERM; sleep 600 & wait"
    )
    host.cut()
    assert not host.alive()
    host.boot()
    assert not host.file("/var/tmp/ended-in-order").exists()
    assert host.state() == "running"


KILLED = """
from tests.hosts.booted import booted
with booted() as host:
    print(host.pid, host.group, flush=True)
    input()
"""
SWEEP = """
mount -t cgroup2 cgroup2 /mnt
until find "/mnt/$0" -depth -type d -exec rmdir {} +; do sleep 0.1; done
"""
PATHS = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
REACHED = {
    "clock": 'date --set="$(date)"',
    "kernel's settings": "cat /proc/sys/vm/swappiness >/tmp/same && cat /tmp/same >/proc/sys/vm/swappiness",
    "devices": "echo change >/sys/class/net/lo/uevent",
    "kernel's log": "head -c 1 /dev/kmsg",
    "identity": 'test "$(cat /etc/machine-id)" = "$0"',
    "keys": "test -s /etc/ssh/ssh_host_rsa_key",
}


@pytest.mark.parametrize("reached", REACHED.values(), ids=REACHED.keys())
@pytest.mark.parametrize("service", [False, True], ids=["command", "service"])
def test_a_host_cannot_reach_the_machine(host: Host, reached: str, service: bool) -> None:
    identity = Path("/etc/machine-id")
    machine = identity.read_text().strip() if identity.exists() else ""
    within = ("systemd-run", "--pipe", "--quiet", "--wait") if service else ()
    assert host.run(*within, "sh", "-c", "echo runs") == "runs\n"
    with pytest.raises(LabError):
        host.run(*within, "sh", "-c", reached, machine)


def test_a_host_ends_even_if_the_test_process_is_killed() -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", KILLED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ | PATHS
    )
    assert running.stdout
    host, group = running.stdout.readline().split()
    assert Path(f"/proc/{host}").exists()
    running.kill()
    running.communicate()
    wait_for(lambda: not Path(f"/proc/{host}").exists(), "the end of its processes")
    with Namespace("after") as after:
        after.run("sh", "-euc", SWEEP, Path(group).name)


def test_a_host_that_has_ended_leaves_nothing_behind(tree: Path) -> None:
    with booted(tree) as host:
        group, process = host.group, Path(f"/proc/{host.pid}")
        host.push({"/etc/written": "by the host"})
        assert process.exists()
    assert not group.exists()
    assert not process.exists()
    assert not (tree / "etc/written").exists()
    assert "taploom-host" not in Path("/proc/self/mountinfo").read_text()
