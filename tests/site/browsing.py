"""Shared by tests of the built site: the build, a server on loopback, Debian's Chromium, and one page of each kind."""

from __future__ import annotations

import functools
import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ViewportSize

ROOT = Path(__file__).parents[2]
WIDE: ViewportSize = {"width": 1440, "height": 1000}
PHONE: ViewportSize = {"width": 390, "height": 844}
KINDS = (
    "", "hosts/", "hosts/cedar/", "networks/", "networks/shop/", "zones/", "zones/servers/", "guests/",
    "guests/backup/", "addresses/", "addresses-outside/", "services/", "forwards/", "policy/", "reach/", "changes/",
    "exports/", "exports/cedar/", "findings/", "specs/", "specs/specs--policy-yaml/", "reference/language/",
    "reference/diagnostics/", "reference/commands/", "reference/plan/", "reference/glossary/", "tutorial/first-plan/",
    "how-to/review/", "explanation/ideas/", "404.html",
)  # fmt: skip
"""One page of each kind, as paths below the root of the site of `specs/`; `kinds` adds a page of a past change."""
_SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """A file server without a log."""

    def log_message(self, *_: object) -> None:
        """Discards the message."""


def kinds(folder: Path) -> tuple[str, ...]:
    """One page of each kind in a built site, including the largest page of a past change, if there is one."""
    told = sorted(folder.glob("changes/*/index.html"), key=lambda path: (-path.stat().st_size, path))
    return (*KINDS, *(f"changes/{path.parent.name}/" for path in told[:1]))


def build(folder: Path, out: Path) -> None:
    """Builds the site of a folder with a mkdocs.yml in strict mode; any output of MkDocs is a failure."""
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": "1798761600"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(out)]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serves the files of a folder, and yields its URL with a slash at the end."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket.setblocking(False)  # accept() must not block if the client has already closed its connection
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Starts a headless browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path="/usr/bin/chromium", args=_SWITCHES)
        yield found
        found.close()
