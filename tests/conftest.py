"""Hooks of the whole suite."""

from __future__ import annotations

import signal

import pytest
from tests.support import enforce


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option by which expected files are written anew."""
    parser.addoption("--update", action="store_true", help="write the files of tests/golden as they are rendered now")


def pytest_configure(config: pytest.Config) -> None:
    """Declares the mark of `tests.support.needs`; lets tests interrupt what they start.

    A shell without job control starts what it puts in the background with SIGINT ignored, which children inherit.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "needs(*tools): what the test needs of the machine")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Looks at the needs of a test before any of its fixtures is built."""
    enforce(item)
