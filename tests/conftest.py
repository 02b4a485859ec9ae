"""Hooks of the whole suite."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings
from tests.site.browsing import chromium
from tests.support import enforce

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

# How long an example takes depends on what else the machine does; `make bench` measures how long taploom takes.
settings.register_profile("taploom", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("taploom")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options that write expected files anew, and those that make up more examples."""
    parser.addoption("--update", action="store_true", help="write the files of tests/golden as they are rendered now")
    parser.addoption("--times", type=int, default=1, help="try N times as many made-up examples, others on each run")
    many = "how many made-up trees of a stranger are tried, and fifty times as many specs"
    tree = "boot test hosts from this folder of a whole system, too (beside the machine's own root)"
    parser.addoption("--host-tree", action="append", default=[], metavar="DIR", help=tree)
    hosts = "take test hosts through changes and faults, which lasts minutes"
    parser.addoption("--hosts", action="store_true", help=hosts)
    wide = "take test hosts through every change and every fault, which lasts an hour, instead of through a few"
    parser.addoption("--wide", action="store_true", help=wide)
    parser.addoption("--hostile", type=int, default=4, metavar="NUMBER", help=many)


def pytest_configure(config: pytest.Config) -> None:
    """Declares the mark of `tests.support.needs`; lets tests interrupt what they start, and use the loopback interface.

    A shell without job control starts background commands with SIGINT ignored, which children inherit; and
    `unshare -n`, which unplugs the network, leaves the loopback interface down.
    """
    if os.geteuid() == 0 and shutil.which("ip"):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=False)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "needs(*tools): what the test needs of the machine")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Lets `--times` reach tests that fix their own number of examples; Hypothesis has no public way to do so."""
    times = config.getoption("--times")
    tests = {item.obj for item in items if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj)}
    for test in tests if times > 1 else ():
        given = test._hypothesis_internal_use_settings
        more = settings(given, max_examples=given.max_examples * times, derandomize=False)
        test._hypothesis_internal_use_settings = more


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Checks the needs of a test before any of its fixtures is built."""
    enforce(item)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs a test that is marked `unthreaded` in a process of its own, where a worker of pytest-xdist has threads.

    What is forked beside a thread may wait for ever for a lock which that thread held (`base.parallel`).
    """
    config = pyfuncitem.config
    if not hasattr(config, "workerinput") or pyfuncitem.get_closest_marker("unthreaded") is None:
        return None
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", pyfuncitem.nodeid)
    done = subprocess.run(command, cwd=config.rootpath, capture_output=True, text=True, check=False)
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr
    return True


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium: one for all tests, as the driver allows only one in a process."""
    with chromium() as found:
        yield found
