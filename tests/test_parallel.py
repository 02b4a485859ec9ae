"""Work spread over processes gives the same answers as in one process, even if a child dies."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from taploom import driver
from taploom.base import parallel
from taploom.base.parallel import BackgroundWork, _bundles, runs, spread
from taploom.delivery.layout import tree_of

SEED = Path(__file__).parent / "golden/seed/specs"


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_processors", lambda: 3)


@pytest.mark.usefixtures("three")
def test_runs_are_consecutive_and_hold_every_item_once() -> None:
    assert runs(range(100), least=10) == [range(33), range(33, 66), range(66, 100)]
    assert runs("ab", least=10) == ["ab"]
    assert runs("", least=10) == [""]


@pytest.mark.unthreaded
@pytest.mark.usefixtures("three")
def test_answers_come_in_the_order_of_the_items_and_from_several_processes() -> None:
    def work(item: int) -> tuple[int, int]:
        time.sleep(0.01)  # so that no process takes all items before the others start
        return item, os.getpid()

    answers = spread(work, ((item, item % 7 + 1) for item in range(200)), 10)
    assert [item for item, _ in answers] == list(range(200))
    assert 2 <= len({process for _, process in answers}) <= 3


@pytest.mark.usefixtures("three")
def test_the_heaviest_item_starts_first_and_light_ones_are_bundled() -> None:
    bundles = _bundles([1, 9, 1, 1, 20, 1], 3)
    assert bundles == [[4], [1], [0, 2, 3], [5]]
    assert _bundles([], 1) == []


@pytest.mark.usefixtures("three")
def test_little_work_starts_no_process() -> None:
    answers = spread(lambda item: (item, os.getpid()), [("a", 1), ("b", 1)], 10)
    assert answers == [("a", os.getpid()), ("b", os.getpid())]
    assert spread(str, [], 10) == []


@pytest.mark.unthreaded
@pytest.mark.usefixtures("three")
def test_items_of_a_child_that_dies_are_done_by_the_parent() -> None:
    here, before = os.getpid(), _children()

    def work(item: int) -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.01)
        return 2 * item

    assert spread(work, [(item, 1) for item in range(60)], 1) == [2 * item for item in range(60)]
    assert _children() == before


@pytest.mark.unthreaded
@pytest.mark.usefixtures("three")
def test_an_error_is_raised_in_the_parent_and_leaves_no_process() -> None:
    before = _children()
    with pytest.raises(ZeroDivisionError):
        spread(lambda item: 1 // item, [(item, 1) for item in range(-9, 9)], 1)
    assert _children() == before


@pytest.mark.unthreaded
@pytest.mark.usefixtures("three")
def test_a_site_printed_by_several_processes_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taploom.flows.proof.compare.WORTH_A_PROCESS", 1)
    site = driver.compile_site(SEED, now=0, render=True)
    assert tree_of(site.plan, site.printed) == tree_of(site.plan, driver.rendered(site.plan))


@pytest.mark.unthreaded
@pytest.mark.usefixtures("three")
def test_work_that_is_dropped_ends_and_leaves_no_process() -> None:
    def work(_: str) -> None:
        signal.pause()

    before = _children()
    begun = BackgroundWork(work, [("a", 1), ("b", 1), ("c", 1)], 1)
    assert len(_children() - before) == 2
    begun.drop()
    assert _children() == before


def test_a_process_forks_only_if_it_has_no_threads() -> None:
    """Runs in a new process, because the process of the tests may have threads.

    The new process prints warnings: if warnings were errors, Python 3.13 would drop the warning of `os.fork`.
    """
    script = """
        import os, threading, time
        from taploom.base.parallel import beside, spread
        os.sched_getaffinity = lambda _: {0, 1, 2}
        def processes():
            spread_over = spread(lambda _: time.sleep(0.01) or os.getpid(), [(item, 1) for item in range(60)], 1)
            return len({*spread_over, beside(os.getpid)()})
        print(processes())
        done = threading.Event()
        threading.Thread(target=done.wait).start()
        print(processes())
        done.set()
    """
    command = (sys.executable, "-W", "always::DeprecationWarning", "-c", textwrap.dedent(script))
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    alone, beside_a_thread = shown.stdout.split()
    assert (int(alone) >= 3, int(beside_a_thread), shown.stderr) == (True, 1, "")


def _children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
