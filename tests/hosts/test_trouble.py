"""Faults during a take-up: a full disk, tools that fail or hang, a wrong clock, parallel runs, signals, a reboot."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from tests.hosts.bundles import DONE, PLACE, REFUSED, STUCK, WENT_BACK, activate, call, unpack
from tests.hosts.ground import NAME, pending, settled, unlike, wait_back
from tests.hosts.standing import Standing, standing
from tests.support import needs

from taploom.lab.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.hosts.booted import Host

pytestmark = [pytest.mark.hosts, pytest.mark.kernel, needs("root", "tun", "boot", "nft")]

SPACE = "48m"
ROOM = (0, 64, 4, 16, 32, 96, 128, 192, 256, 384, 512, 768, 1024)
"""Free disk space at the start of a take-up, in KiB."""
FEW = 2
SOON = 8
"""Timeout of a trial that is confirmed before it ends, in seconds."""
FAILING = """#!/bin/sh
case " $* " in
  *" -c "*) ;;
  *" -f "*) if [ -e /run/nft-fails ]; then read -r left </run/nft-fails; fi
     if [ "${left:-0}" -gt 0 ]; then echo $((left - 1)) >/run/nft-fails; echo 'no luck' >&2; exit 1; fi ;;
esac
exec /run/nft "$@"
"""
LYING = """#!/bin/sh
read -r times 2>/dev/null </run/date-asked
echo $((${times:-0} + 1)) >/run/date-asked
exec /run/date --date="$((${times:-0} % 2 ? 2040 : 1971))-01-01" "$@"
"""


@pytest.fixture(scope="module")
def here(tree: Path) -> Iterator[Standing]:
    with standing(tree, SPACE) as made:
        yield made


@pytest.fixture(autouse=True)
def _as_before(here: Standing) -> Iterator[None]:
    """Unpacks the bundle of the second plan before each test; checks afterwards that the host is unchanged."""
    here.offer()
    yield
    assert not pending(here.host)
    assert unlike(here.host, here.had) == []


def _replace(host: Host, program: str, text: str) -> None:
    """Mounts a script over a program; the original remains callable as /run/NAME."""
    name = program.rpartition("/")[2]
    host.run("cp", program, f"/run/{name}")
    host.push({f"/run/{name}.sh": text}, mode=0o755)
    host.run("mount", "--bind", f"/run/{name}.sh", program)


def _restore(host: Host, program: str) -> None:
    host.run("umount", program)


def _fill(host: Host, room: int) -> None:
    """Fills the disk until only `room` KiB are free."""
    free = int(host.run("sh", "-c", "stat -f -c '%a %S' / | { read -r n s; echo $((n * s / 1024)); }"))
    host.run("fallocate", "-l", f"{max(free - room, 1)}KiB", "/var/tmp/filling")


def test_a_take_up_on_a_full_disk_leaves_the_host_unchanged(here: Standing, wide: bool) -> None:
    host, wrong = here.host, {}
    for room in ROOM if wide else ROOM[:FEW]:
        _fill(host, room)
        tried = activate(host, "try", "--timeout", "3s")
        wait_back(host, 60)
        found = unlike(host, here.had | {}, 10)
        host.run("rm", "/var/tmp/filling")
        wait_back(host, 60)
        if tried.code not in (DONE, REFUSED, WENT_BACK) or found:
            wrong[room] = (tried, found[:4])
    assert wrong == {}, wrong


def test_a_disk_that_fills_up_during_a_trial_does_not_prevent_the_rollback(here: Standing) -> None:
    tried = activate(here.host, "try", "--timeout", "4s")
    assert tried.code == DONE, tried.text
    _fill(here.host, 0)
    wait_back(here.host, 60)
    found = unlike(here.host, here.had, 10)
    here.host.run("rm", "/var/tmp/filling")
    assert found == []


@pytest.mark.parametrize("times", [1, pytest.param(3, marks=pytest.mark.wide)])
def test_a_ruleset_that_does_not_load_leads_to_a_rollback(here: Standing, times: int) -> None:
    host = here.host
    _replace(host, "/usr/sbin/nft", FAILING)
    host.push({"/run/nft-fails": f"{times}\n"})
    tried = activate(host, "try", "--timeout", "5s")
    assert tried.code == (WENT_BACK if times == 1 else STUCK), tried.text
    assert "went back" in host.journal("-t", "taploom") or times > 1
    wait_back(host, 60)
    _restore(host, "/usr/sbin/nft")


def test_without_networkd_nothing_is_taken_up(here: Standing) -> None:
    here.host.run("systemctl", "stop", "systemd-networkd.socket", "systemd-networkd.service")
    tried = activate(here.host, "try")
    here.host.run("systemctl", "start", "systemd-networkd.socket", "systemd-networkd.service")
    assert tried.code == REFUSED, tried.text


def test_networkd_that_is_stopped_during_a_trial_does_not_prevent_the_rollback(here: Standing) -> None:
    host = here.host
    tried = activate(host, "try", "--timeout", "4s")
    assert tried.code == DONE, tried.text
    host.run("systemctl", "stop", "systemd-networkd.socket", "systemd-networkd.service")
    wait_for(lambda: "going back" in host.journal("-t", "taploom", "--since=-10s"), "the rollback to begin", 20)
    time.sleep(3)
    host.run("systemctl", "start", "systemd-networkd.socket", "systemd-networkd.service")
    wait_back(host, 60)


@pytest.mark.wide
def test_the_wait_for_a_networkd_that_hangs_is_limited(here: Standing) -> None:
    host = here.host
    host.run("systemctl", "kill", "--signal=STOP", "systemd-networkd.service")
    tried = activate(host, "try", "--timeout", "20s", timeout=300)
    host.run("systemctl", "kill", "--signal=CONT", "systemd-networkd.service")
    assert tried.code in (WENT_BACK, STUCK), tried.text
    wait_back(host, 120)


def test_a_wrong_clock_does_not_move_the_rollback(here: Standing) -> None:
    host = here.host
    _replace(host, "/usr/bin/date", LYING)
    tried = activate(host, "try", "--timeout", "4s")
    timers = host.run("systemctl", "show", "taploom-revert.timer", "--property=TimersCalendar,TimersMonotonic")
    assert tried.code == DONE, tried.text
    assert pending(host)
    wait_back(host, 15)
    _restore(host, "/usr/bin/date")
    assert "TimersMonotonic={" in timers
    assert "TimersCalendar={" not in timers


def test_only_one_of_several_parallel_runs_takes_up_the_plan(here: Standing) -> None:
    host = here.host
    with ThreadPoolExecutor(4) as pool:
        tried = list(pool.map(lambda _: activate(host, "try", "--timeout", "60s"), range(4)))
        assert sorted(one.code for one in tried) == [DONE, REFUSED, REFUSED, REFUSED], tried
        ended = list(pool.map(lambda verb: activate(host, verb), ("confirm", "revert")))
    codes = tuple(one.code for one in ended)
    assert codes in ((DONE, REFUSED), (WENT_BACK, DONE)), ended
    if codes[0] == DONE:
        here.settle_for_first()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_activate_does_not_leave_a_plan_half_taken_up(here: Standing, sent: signal.Signals) -> None:
    host = here.host
    running = host.begin("sh", "-c", f"echo $$ >/run/trying; exec {PLACE}/activate try --timeout 60s")
    wait_for(host.file("/var/lib/taploom/trial/armed").exists, "the trial to begin")
    host.run("sh", "-c", f"kill -{sent.value} $(cat /run/trying)")
    assert running.wait(60) in (DONE, WENT_BACK)
    if host.file("/var/lib/taploom/trial/armed").exists():
        assert activate(host, "revert").code == DONE


def test_a_lost_terminal_does_not_end_a_take_up(here: Standing) -> None:
    host = here.host
    running = host.begin("sh", "-c", f"echo $$ >/run/trying; exec {PLACE}/activate try --timeout 60s")
    wait_for(host.file("/var/lib/taploom/trial/armed").exists, "the trial to begin")
    host.run("sh", "-c", "kill -HUP $(cat /run/trying)")
    assert running.wait(60) == DONE
    assert activate(host, "revert").code == DONE


def test_a_reboot_before_it_is_confirmed_goes_back(here: Standing) -> None:
    host = here.host
    tried = activate(host, "try", "--timeout", "600s")
    assert tried.code == DONE, tried.text
    here.site.restart(NAME, type(host).reboot)
    assert unlike(host, here.had) == []
    assert "went back" in host.journal("-t", "taploom")
    unpack(host, here.files)
    assert activate(host, "confirm").code == WENT_BACK
    assert call(host, "systemctl", "is-failed", "taploom-revert-boot.service").text.strip() != "failed"


def test_the_boot_unit_of_a_trial_that_never_began_does_not_fail(here: Standing) -> None:
    """The power may be cut after the unit is written, and before the trial is armed."""
    assert activate(here.host, "revert", "--by", "boot").code == DONE


def test_a_healthy_change_stays(here: Standing, wide: bool) -> None:
    host, times = here.host, 25 if wide else 1
    before = host.journal("-t", "taploom").count("going back")
    for _ in range(times):
        for files in (here.files, here.first):
            unpack(host, files)
            for verb in (("try", "--timeout", f"{SOON}s"), ("confirm",)):
                done = activate(host, *verb)
                assert done.code == DONE, done.text
            assert not pending(host)
    time.sleep(SOON)
    assert host.journal("-t", "taploom").count("going back") == before
    settled(host)
