"""If `activate` is killed before one of its commands, the host returns to its earlier state or keeps a confirmed plan.

The change renames and removes devices, so that every step has work. With `--wide`, the tests kill `activate` before the
first and the last run of each of its commands; without `--wide`, they kill it before a few commands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from tests.hosts.bundles import DONE, WENT_BACK, activate
from tests.hosts.faults import GROUP, SHELL, commands, cut, killed, points
from tests.hosts.ground import flows, install, pending, settled, unlike, wait_back
from tests.hosts.standing import Standing, standing
from tests.hosts.traffic import streaming
from tests.support import needs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.hosts.booted import Host
    from tests.hosts.state import State


pytestmark = [pytest.mark.hosts, pytest.mark.kernel, needs("root", "tun", "boot", "nft", "bash")]

TRIAL = ("try", "--timeout", "3s")
RATE = 250
"""Rate of each stream in datagrams per second; it is low since some streams last half an hour."""
CUTS = 60
"""Maximum number of power cuts with `--wide`; each one costs a boot."""
FEW = 2
"""Without `--wide`: number of commands before which the tests kill each verb of `activate`."""


@dataclass(frozen=True)
class Ground:
    """Starting point of the tests: a host that runs a plan; `wide` is true if `--wide` was given."""

    here: Standing
    wide: bool

    def some(self, listed: list[str], most: int | None = None) -> list[int]:
        """Selects commands before which to kill `activate`, spread evenly: about `most` with `--wide`, else `FEW`."""
        every = points(listed)
        step = max(1, len(every) // (most or len(every)) if self.wide else len(every) // (FEW + 1))
        return every[step // 2 :: step] if self.wide else every[step::step][:FEW]


@pytest.fixture(scope="module")
def ground(tree: Path, wide: bool) -> Iterator[Ground]:
    with standing(tree) as here:
        yield Ground(here, wide)


@pytest.fixture
def shut(ground: Ground) -> Iterator[None]:
    """During a test, sends streams that no plan allows; fails if one of their datagrams arrives."""
    shut, _ = flows(ground.here.site, ground.here.host)
    with streaming([replace(flow, rate=RATE) for flow in shut]) as seen:
        yield
    leaked = {name: carried.arrived[:3] for name, carried in seen.items() if carried.arrived}
    assert leaked == {}, leaked


def _fresh(ground: Ground) -> None:
    """Checks that no trial is pending, and unpacks the bundle of the second plan."""
    assert not pending(ground.here.host)
    ground.here.offer()


def _wrong(
    ground: Ground, listed: list[str], had: State, end: Callable[[int], object], most: int | None = None
) -> dict[str, list[str]]:
    """Kills `activate` before each selected command; returns differences from the earlier state, by command.

    Args:
        ground: Host and extent of the test.
        listed: Commands that `activate` executes.
        had: State of the host under the first plan.
        end: Function that runs `activate` and kills it before the command with a given number.
        most: Maximum number of commands with `--wide`, as in `Ground.some`.
    """
    host, wrong = ground.here.host, {}
    for number in ground.some(listed, most):
        _fresh(ground)
        end(number)
        wait_back(host, 45)
        found = unlike(host, had)
        if found:  # restore the first plan, so that one fault does not hide later ones
            wrong[f"{number}: {listed[number - 1]}"] = found[:5]
            ground.here.settle_for_first()
    return wrong


@pytest.mark.usefixtures("shut")
def test_a_take_up_that_is_killed_goes_back(ground: Ground) -> None:
    host = ground.here.host
    _fresh(ground)
    answer, listed = commands(host, *TRIAL)
    assert answer.code == DONE, answer.text
    wait_back(host, 20)
    assert unlike(host, ground.here.had) == []
    wrong = _wrong(
        ground, listed, ground.here.had, lambda number: killed(host, number, (SHELL, GROUP)[number % 2], *TRIAL)
    )
    assert wrong == {}, wrong


@pytest.mark.usefixtures("shut")
def test_the_timer_completes_a_rollback_that_is_killed(ground: Ground) -> None:
    host = ground.here.host
    _fresh(ground)
    assert activate(host, *TRIAL[:2], "60s").code == DONE
    answer, listed = commands(host, "revert")
    assert answer.code == DONE, answer.text

    def end(number: int) -> None:
        tried = activate(host, *TRIAL)
        assert tried.code == DONE, tried.text
        killed(host, number, SHELL, "revert")

    wrong = _wrong(ground, listed, ground.here.had, end)
    assert wrong == {}, wrong


def test_the_timer_cleans_up_after_a_rollback_that_is_killed_at_its_end(ground: Ground) -> None:
    """The bundle is no longer on trial then, but timer, boot unit and copies are still there."""
    host = ground.here.host
    _fresh(ground)
    assert activate(host, *TRIAL[:2], "60s").code == DONE
    _, listed = commands(host, "revert")
    (number,) = (at for at, text in enumerate(listed, 1) if 'rm -f "$state/reverted/armed"' in text)
    _fresh(ground)
    assert activate(host, *TRIAL).code == DONE
    killed(host, number, SHELL, "revert")
    wait_back(host, 15)
    assert unlike(host, ground.here.had) == []


@pytest.mark.usefixtures("shut")
def test_a_confirmation_that_is_killed_keeps_the_whole_plan_or_none_of_it(ground: Ground) -> None:
    host = ground.here.host
    install(host, ground.here.after, ground.here.before)
    had_after = settled(host)
    install(host, ground.here.before, ground.here.after)
    _fresh(ground)
    assert activate(host, *TRIAL[:2], "60s").code == DONE
    answer, listed = commands(host, "confirm")
    assert answer.code == DONE, answer.text
    install(host, ground.here.before, ground.here.after)
    wrong = {}
    for number in ground.some(listed):
        _fresh(ground)
        tried = activate(host, *TRIAL)
        assert tried.code == DONE, tried.text
        killed(host, number, SHELL, "confirm")
        wait_back(host, 45)
        said = activate(host, "confirm")
        found = unlike(host, had_after if said.code == DONE else ground.here.had)
        if found or said.code not in (DONE, WENT_BACK):
            wrong[number, listed[number - 1]] = (said, found[:5])
        if said.code == DONE or found:
            install(host, ground.here.before, ground.here.after)
    assert wrong == {}, wrong


def test_after_a_power_cut_at_any_command_the_next_boot_goes_back(ground: Ground) -> None:
    host, site = ground.here.host, ground.here.site
    site.restart(host.name, type(host).reboot)
    had = settled(host)
    _fresh(ground)
    answer, listed = commands(host, *TRIAL)
    assert answer.code == DONE, answer.text
    wait_back(host, 20)
    wrong = _wrong(
        ground, listed, had, lambda number: site.restart(host.name, partial(_cut_and_boot, number=number)), CUTS
    )
    assert wrong == {}, wrong


def _cut_and_boot(host: Host, number: int) -> None:
    cut(host, number, *TRIAL)
    host.boot()
