"""Hooks, options and fixtures of the whole suite."""

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

# Hypothesis' deadline is off: an example's duration depends on the load of the machine. `make bench` measures time.
settings.register_profile("taploom", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("taploom")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options of this suite: rewriting expected files, more generated examples, and slow tests of hosts."""
    parser.addoption("--update", action="store_true", help="rewrite the expected files from the current output")
    parser.addoption("--times", type=int, default=1, help="run N times as many random examples, with new seeds")
    many = "number of random spec trees for the hostile tests, which also try 50 times as many random specs"
    tree = "also boot test hosts from this folder, which holds the root of a whole system"
    parser.addoption("--host-tree", action="append", default=[], metavar="DIR", help=tree)
    hosts = "run the tests that change and break booted hosts, for some minutes"
    parser.addoption("--hosts", action="store_true", help=hosts)
    wide = "run every change and fault on booted hosts, for about an hour, instead of a sample"
    parser.addoption("--wide", action="store_true", help=wide)
    parser.addoption("--hostile", type=int, default=4, metavar="NUMBER", help=many)


def pytest_configure(config: pytest.Config) -> None:
    """Declares the mark of `tests.support.needs`, undoes an ignored SIGINT, and brings the loopback interface up.

    A shell without job control starts background commands with SIGINT ignored, and child processes inherit that.
    `unshare -n`, which runs the tests without a network, leaves the loopback interface down.
    """
    if os.geteuid() == 0 and shutil.which("ip"):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=False)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "needs(*tools): what the test needs of the machine")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Applies `--times` to tests with a fixed number of examples, through a private attribute of Hypothesis."""
    times = config.getoption("--times")
    tests = {item.obj for item in items if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj)}
    for test in tests if times > 1 else ():
        given = test._hypothesis_internal_use_settings
        more = settings(given, max_examples=given.max_examples * times, derandomize=False)
        test._hypothesis_internal_use_settings = more


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Checks the needs of a test before any of its fixtures is set up."""
    enforce(item)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Under pytest-xdist, runs a test marked `unthreaded` in a new process, because the workers have threads.

    A child forked from a process with threads may wait for ever for a lock that another thread held (`base.parallel`).
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
    """Headless Chromium, shared by all tests, because Playwright allows only one in a process."""
    with chromium() as found:
        yield found
