"""Serves a copy of the example with `mkdocs serve`, so that tests can edit its specs."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
START = 90.0
"""Maximum duration of the first build in seconds."""


@dataclass(frozen=True, slots=True)
class Served:
    """A served site and the folder with its specs."""

    folder: Path
    url: str

    def edit(self, file: str, before: str, after: str) -> None:
        """Replaces some words in a spec."""
        path = self.folder / "specs" / file
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    def page(self) -> str:
        """The overview page as it is currently served.

        Raises:
            OSError: The server does not answer.
        """
        with urllib.request.urlopen(self.url, timeout=30) as answer:
            text: str = answer.read().decode()
        return text

    def started(self) -> None:
        """Wait for the first build.

        Raises:
            TimeoutError: The build takes longer than `START`.
        """
        end = time.monotonic() + START
        while time.monotonic() < end:
            try:
                self.page()
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
            else:
                return
        raise TimeoutError(f"nothing is served within {START:g} s")


def copied(folder: Path) -> None:
    """Copies the example's specs and guides into an empty folder."""
    for name in ("specs", "site"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "mkdocs.yml", folder)


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Copies the example into an empty folder and serves it as `make serve` does, until the end of the block."""
    copied(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "mkdocs", "serve", "--no-strict", "--quiet", "--dev-addr", place]
    with subprocess.Popen(command, cwd=folder, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}) as server:
        try:
            yield Served(folder, f"http://{place}/")
        finally:
            server.terminate()
