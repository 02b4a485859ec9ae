"""Fixtures of the built site, and of a server for each folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.site import browsing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Build = Callable[[Path, Path], None]


@pytest.fixture(scope="session")
def build() -> Build:
    """Builds the site of a folder with a mkdocs.yml into another folder; any output is a failure."""
    return browsing.build


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, build: Build) -> Path:
    """The folder with the built site of this repository's specs."""
    folder = tmp_path_factory.mktemp("site")
    build(browsing.ROOT, folder)
    return folder


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Serves a folder on loopback and returns its URL."""
    with ExitStack() as stack:
        yield lambda folder: stack.enter_context(browsing.served(folder))


@pytest.fixture(scope="session")
def address(built: Path, serve: Callable[[Path], str]) -> str:
    """The URL of the site of this repository's specs."""
    return serve(built)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on a wide screen, without stored state."""
    context = browser.new_context(viewport=browsing.WIDE)
    yield context.new_page()
    context.close()
