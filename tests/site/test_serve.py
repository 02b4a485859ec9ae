"""`mkdocs serve` in a browser: an open page follows a changed spec within seconds, and a broken one as its findings.

The three seconds that people are promised hold on a machine that does nothing else. Here other tests run beside, so
what is held is the processor time of the server for one change; MkDocs waits half a second more before it builds.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support import needs

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
pytestmark = needs("dot", "chromium")
MOST = 2.5
"""Seconds of processor time that a change of the example may cost."""


@dataclass(frozen=True, slots=True)
class Served:
    """A site that is being served from a folder of its own."""

    folder: Path
    url: str
    process: int

    def edit(self, file: str, before: str, after: str) -> None:
        """Save a spec with some words replaced."""
        path = self.folder / "specs" / file
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    @property
    def spent(self) -> float:
        """Processor time of the server and of what it called, in seconds (proc_pid_stat(5), fields 14 to 17)."""
        fields = Path(f"/proc/{self.process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """The example, as `make serve` serves it."""
    for name in ("specs", "site"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "mkdocs", "serve", "--no-strict", "--quiet", "--dev-addr", place]
    with subprocess.Popen(command, cwd=tmp_path, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}) as server:
        yield Served(tmp_path, f"http://{place}/", server.pid)
        server.terminate()


def _started(url: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    pytest.fail(f"nothing is served within {seconds} s")


def _shows(page: Page, words: str) -> None:
    """Wait until the open page says something, without loading it again."""
    page.get_by_text(words).first.wait_for(timeout=40000)


def test_an_open_page_follows_its_spec_and_shows_the_findings_of_a_broken_one(served: Served, page: Page) -> None:
    _started(served.url, 90)
    page.goto(served.url)
    assert page.locator("svg.nl-svg").count() == 1
    spent = [served.spent]
    served.edit("site.yaml", "domain: birch.example.org", "domain: other.example.net")
    _shows(page, "other.example.net")
    spent.append(served.spent)
    served.edit("guests/edge.yaml", "host: cedar", "host: ceder")
    _shows(page, "The specs have errors")
    said = page.locator("body").inner_text()
    assert "unknown host `ceder`" in said
    assert "specs/guests/edge.yaml:" in said
    assert "did you mean `cedar`?" in said
    served.edit("guests/edge.yaml", "host: ceder", "host: cedar")
    _shows(page, "other.example.net")
    assert page.locator("svg.nl-svg").count() == 1
    assert spent[1] - spent[0] < MOST


def test_a_site_that_starts_broken_comes_to_life_once_it_is_mended(served: Served, page: Page) -> None:
    served.edit("networks.yaml", "networks:", "networs:")
    _started(served.url, 90)
    page.goto(served.url)
    assert "networs" in page.locator("body").inner_text()
    served.edit("networks.yaml", "networs:", "networks:")
    page.locator("svg.nl-svg").wait_for(timeout=40000)
    page.goto(f"{served.url}guests/web-1/")
    assert "10.21.0.27" in page.locator("body").inner_text()
