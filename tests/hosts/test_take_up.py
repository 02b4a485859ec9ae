"""A host takes up plans and goes back while traffic streams cross it; its files, kernel and networkd show the outcome.

Each change is tried without confirmation, then tried and confirmed; finally the host takes up the earlier plan again.
Streams that neither plan allows get no packet through at any moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.diff.site import CASES, swap
from tests.hosts.booted import Host
from tests.hosts.bundles import DONE, PENDING, activate
from tests.hosts.ground import (
    TRIAL,
    attempt,
    bare,
    guarded,
    install,
    of_a_tap,
    pending,
    planned,
    settled,
    unlike,
    wait_back,
)
from tests.support import needs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.diff.site import Files

pytestmark = [pytest.mark.hosts, pytest.mark.kernel, needs("root", "tun", "boot", "nft", "ping")]

VERSION = 252
QUIET = ("D0", "D1")
"""Disruption classes of changes during which an allowed stream must lose no packet."""


def _of(name: str) -> tuple[Callable[[Files], None], str]:
    case = next(case for case in CASES if case.name == name)
    return case.edit, case.worst


CHANGES: dict[str, tuple[Callable[[Files], None], str]] = {
    name: _of(name)
    for name in (
        "description-only",
        "rule-removed",
        "guest-with-forward",
        "pool-grown",
        "uplink-dns",
        "isolated",
        "network-renumbered",
        "network-removed",
        "uplink-static",
        "service-closed-to-managers",
    )
} | {"bridge-renamed": (swap("hosts.yaml", "dmz: {taps", "dmz: {bridge: br-front, taps"), "D5")}
FEW = ("rule-removed", "bridge-renamed")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs the tests with a few changes; with `--wide`, with all changes."""
    if "change" in metafunc.fixturenames:
        metafunc.parametrize("change", CHANGES if metafunc.config.getoption("--wide") else FEW)


def test_a_bare_host_takes_up_its_first_plan_and_removes_it_again(tree: Path) -> None:
    plan = planned(VERSION)
    with bare(tree, plan) as (site, host):
        before = settled(host)
        with guarded(site, host, first=True):
            tried = attempt(host, plan, plan, 60)
            assert tried.code == DONE, tried.text
            assert activate(host, "status").code == PENDING
            confirmed = activate(host, "confirm")
        assert confirmed.code == DONE, confirmed.text
        assert site.disagreements() == {}
        assert activate(host, "status").code == DONE, activate(host, "status").text
        taken = settled(host)
        site.restart(host.name, Host.reboot)
        assert site.disagreements() == {}
        assert unlike(host, taken) == []
        assert activate(host, "status").code == DONE, activate(host, "status").text
        removed = activate(host, "remove")
        assert removed.code == DONE, removed.text
        assert [line for line in unlike(host, before) if not of_a_tap(line)] == []


def test_a_change_goes_back_in_time_and_stays_once_confirmed(tree: Path, change: str, wide: bool) -> None:
    edit, worst = CHANGES[change]
    before, after = planned(VERSION), planned(VERSION, edit)
    risk = ("--force",) if worst == "D6" else ()
    with bare(tree, before) as (site, host):
        install(host, before)
        had = settled(host)
        with guarded(site, host, lossless=worst in QUIET):
            tried = attempt(host, after, before, TRIAL, *risk)
            assert tried.code == DONE, tried.text
            assert pending(host)
            wait_back(host, 15)
        assert unlike(host, had) == []
        assert "went back" in host.journal("-t", "taploom")
        if wide or worst not in QUIET:
            assert site.disagreements() == {}
        with guarded(site, host, lossless=worst in QUIET):
            install(host, after, before, *risk)
            had_after = settled(host)
            install(host, before, after, *risk)
        assert unlike(host, had) == []
        if wide:
            assert site.disagreements() == {}
            install(host, after, before, *risk)
            assert unlike(host, had_after) == []
            site.restart(host.name, Host.reboot)
            assert [line for line in unlike(host, had_after) if not of_a_tap(line)] == []
