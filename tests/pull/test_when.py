"""Waves and windows decide when a host activates a release; Python's `zoneinfo` gives the expected times."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.pull.publishing import Publisher, Puller
from tests.support import needs

pytestmark = needs("ssh-keygen", "curl", "openssl", "flock")
TAKEN = ["try --expect", "confirm"]
BERLIN = ZoneInfo("Europe/Berlin")
OLD = "a" * 64


def has(host: Puller, plan: str = OLD) -> None:
    """Records that a host has activated a plan."""
    (host.state / "current").mkdir(parents=True)
    (host.state / "current/activation").write_text(f"taploom-activation/1\nplan sha256:{plan}\nserial 1\n")


def meant(now: int) -> bool:
    """Whether the window `Tue,Thu 21:00-23:00 Europe/Berlin` is open."""
    moment = datetime.datetime.fromtimestamp(now, BERLIN)
    return moment.isoweekday() in (2, 4) and 21 <= moment.hour < 23


def moments() -> list[int]:
    """The edges of the window in summer and winter, and other times on the same days."""
    days = [(2026, 6, 2), (2026, 6, 4), (2026, 12, 1), (2026, 12, 3), (2026, 12, 2)]
    times = [(20, 59), (21, 0), (22, 59), (23, 0), (9, 0)]
    return [int(datetime.datetime(*day, *time, tzinfo=BERLIN).timestamp()) for day in days for time in times]


@pytest.mark.parametrize("grade", [3, 5])
def test_a_change_waits_for_its_window(grade: int, publisher: Publisher, puller: Puller, tmp_path: Path) -> None:
    publisher.publish(2, grade=grade, before=OLD)
    seen = {}
    for number, now in enumerate(moments()):
        host = replace(puller, folder=tmp_path / f"host-{number}", now=now)
        has(host)
        code, said = host.run()
        assert code == 0, said
        seen[now] = host.calls == TAKEN
        assert seen[now] or f"not yet: D{grade}, and no window is open for it" in said
    assert seen == {now: meant(now) for now in moments()}
    assert set(seen.values()) == {True, False}


@pytest.mark.parametrize(("grade", "taken"), [(0, True), (2, True), (6, False)])
def test_classes_that_are_always_or_never_open(grade: int, taken: bool, publisher: Publisher, puller: Puller) -> None:
    has(puller)
    publisher.publish(2, grade=grade, before=OLD)
    assert puller.run()[0] == 0
    assert puller.calls == (TAKEN if taken else [])


def test_an_unknown_change_counts_as_the_worst_class(publisher: Publisher, puller: Puller) -> None:
    publisher.publish(2, grade=0, before="b" * 64)
    assert "not yet: D6" in puller.run()[1]  # no plan is activated so far
    has(puller)
    assert "not yet: D6" in puller.run()[1]  # another plan is activated
    assert puller.calls == []


def test_a_host_waits_for_its_wave(publisher: Publisher, puller: Puller) -> None:
    late = replace(puller, host="hv-west")
    has(late)
    publisher.publish(2, wave=1, grade=0, before=OLD)
    code, said = late.run()
    assert (code, late.calls) == (0, [])
    assert "not yet: wave 2, and the release is at wave 1" in said
    publisher.publish(2, wave=2, grade=0, before=OLD)
    assert late.run()[0] == 0
    assert late.calls == TAKEN


def test_a_waiver_overrides_wave_and_window_and_is_logged(publisher: Publisher, puller: Puller) -> None:
    publisher.publish(2, wave=1, grade=6, before=OLD)
    late = replace(puller, host="hv-west")
    has(late)
    code, said = late.run("--waiver", "the line is cut, and somebody is at the console")
    assert (code, late.calls) == (0, TAKEN)
    assert "waived: the line is cut, and somebody is at the console" in said
    assert (late.record / "calls").read_text().splitlines()[0].endswith(" --force")


def test_a_waiver_in_the_release_applies_to_every_host(publisher: Publisher, puller: Puller) -> None:
    publisher.publish(2, wave=1, waiver="a hole that is being used", grade=5, before=OLD)
    late = replace(puller, host="hv-west")
    has(late)
    assert "waived: a hole that is being used" in late.run()[1]
    assert late.calls == TAKEN
