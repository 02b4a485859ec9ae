"""Work spread over processes: the same answers as without, whatever becomes of a child."""

import os
import signal
from pathlib import Path

import pytest

from netloom import driver
from netloom.base import parallel
from netloom.base.parallel import Begun, runs, shares, spread
from netloom.delivery.layout import tree_of

SEED = Path(__file__).parent / "golden/seed/specs"


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_processors", lambda: 3)


@pytest.mark.usefixtures("three")
def test_shares_hold_every_item_once_and_weigh_about_the_same() -> None:
    items = [(number, number % 7 + 1) for number in range(100)]
    dealt = shares(items, least=10)
    assert sorted(item for share in dealt for item in share) == list(range(100))
    loads = [sum(item % 7 + 1 for item in share) for share in dealt]
    assert len(loads) == 3
    assert max(loads) - min(loads) <= 7


@pytest.mark.usefixtures("three")
def test_what_the_first_has_to_do_besides_is_work_for_the_others() -> None:
    dealt = shares([(number, 1) for number in range(90)], least=10, besides=15)
    assert [len(share) for share in dealt] == [25 - 5, 35, 35]


@pytest.mark.usefixtures("three")
def test_little_work_is_worth_no_process() -> None:
    assert shares([("a", 1), ("b", 1)], least=10) == [["a", "b"]]
    assert shares([], least=10) == [[]]


@pytest.mark.usefixtures("three")
def test_runs_are_neighbours_and_hold_every_item_once() -> None:
    assert runs(range(100), least=10) == [range(33), range(33, 66), range(66, 100)]
    assert runs("ab", least=10) == ["ab"]
    assert runs("", least=10) == [""]


def test_answers_come_in_order_and_from_other_processes() -> None:
    answers = spread(lambda part: (part, os.getpid()), ["a", "b", "c"])
    assert [part for part, _ in answers] == ["a", "b", "c"]
    assert len({process for _, process in answers}) == 3


def test_a_child_that_dies_has_its_share_done_here() -> None:
    here = os.getpid()

    def work(part: str) -> str:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return part.upper()

    assert spread(work, ["a", "b"]) == ["A", "B"]


def test_an_error_in_a_child_is_raised_here() -> None:
    def work(part: int) -> int:
        return 1 // part

    with pytest.raises(ZeroDivisionError):
        spread(work, [1, 0])


@pytest.mark.usefixtures("three")
def test_a_site_printed_by_several_processes_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netloom.flows.compare.WORTH_A_PROCESS", 1)
    site = driver.compile_site(SEED, now=0, render=True)
    assert tree_of(site.plan, site.printed) == tree_of(site.plan, driver.rendered(site.plan))


def test_work_that_is_dropped_ends_and_leaves_no_process() -> None:
    def work(_: str) -> None:
        signal.pause()

    before = _children()
    begun = Begun(work, ["a", "b"])
    assert len(_children() - before) == 2
    begun.drop()
    assert _children() == before


def _children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
