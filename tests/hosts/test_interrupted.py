"""`activate` ends before any one of its commands, and the host is as it was, or as it was confirmed to be.

The change renames and drops devices, so that every step has something to do. With `--wide` it is ended before each of
its commands, the first and the last time that each runs; else before a few.
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
"""Datagrams a second of each stream: some go on for half an hour."""
CUTS = 60
"""Points at which the power is cut with `--wide`, as each means a boot."""
FEW = 2
"""Points at which each verb is ended unless all are wanted."""


@dataclass(frozen=True)
class Ground:
    """A host that runs a plan, and whether to end at each command."""

    here: Standing
    wide: bool

    def some(self, listed: list[str], most: int | None = None) -> list[int]:
        """The numbers of the commands before which to end, evenly among all; no more than this with `--wide`."""
        every = points(listed)
        step = max(1, len(every) // (most or len(every)) if self.wide else len(every) // (FEW + 1))
        return every[step // 2 :: step] if self.wide else every[step::step][:FEW]


@pytest.fixture(scope="module")
def ground(tree: Path, wide: bool) -> Iterator[Ground]:
    with standing(tree) as here:
        yield Ground(here, wide)


@pytest.fixture
def shut(ground: Ground) -> Iterator[None]:
    """Streams that no plan lets pass go on during a test, and nothing of them arrives."""
    shut, _ = flows(ground.here.site, ground.here.host)
    with streaming([replace(flow, rate=RATE) for flow in shut]) as seen:
        yield
    leaked = {name: carried.arrived[:3] for name, carried in seen.items() if carried.arrived}
    assert leaked == {}, leaked


def _fresh(ground: Ground) -> None:
    """The host runs the first plan, and the bundle of the other is there."""
    assert not pending(ground.here.host)
    ground.here.offer()


def _wrong(
    ground: Ground, listed: list[str], had: State, end: Callable[[int], object], most: int | None = None
) -> dict[str, list[str]]:
    """Ends `activate` before commands, each in its turn: those after which the host is not as it was, and how.

    Args:
        ground: Where.
        listed: The commands.
        had: The state of the host with the first plan.
        end: Runs `activate` and ends it before the command with a number.
        most: As in `Ground.some`.
    """
    host, wrong = ground.here.host, {}
    for number in ground.some(listed, most):
        _fresh(ground)
        end(number)
        wait_back(host, 45)
        told = unlike(host, had)
        if told:  # what was found is brought back, so that one fault does not hide the others
            wrong[f"{number}: {listed[number - 1]}"] = told[:5]
            ground.here.settle_for_first()
    return wrong


@pytest.mark.usefixtures("shut")
def test_whoever_is_killed_while_a_plan_is_taken_up_goes_back(ground: Ground) -> None:
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
def test_whoever_is_killed_while_going_back_is_followed_by_the_timer(ground: Ground) -> None:
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


@pytest.mark.usefixtures("shut")
def test_whoever_is_killed_while_confirming_keeps_all_or_nothing(ground: Ground) -> None:
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
        told = unlike(host, had_after if said.code == DONE else ground.here.had)
        if told or said.code not in (DONE, WENT_BACK):
            wrong[number, listed[number - 1]] = (said, told[:5])
        if said.code == DONE or told:
            install(host, ground.here.before, ground.here.after)
    assert wrong == {}, wrong


def test_a_power_cut_at_any_command_goes_back_at_the_next_boot(ground: Ground) -> None:
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
