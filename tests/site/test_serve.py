"""`mkdocs serve` follows the specs: a change within seconds, and the findings of a broken one in its place."""

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
from pathlib import Path

import pytest
from tests.support import needs

ROOT = Path(__file__).parents[2]
pytestmark = needs("dot")
CONFIG = """
site_name: seed
docs_dir: docs
plugins: [netloom]
theme: {name: mkdocs, highlightjs: false}
markdown_extensions: [attr_list, tables]
validation: {links: {absolute_links: relative_to_docs}}
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    shutil.copytree(ROOT / "tests/golden/seed/specs", tmp_path / "specs")
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "mkdocs", "serve", "--quiet", "--dev-addr", place]
    with subprocess.Popen(command, cwd=tmp_path, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}) as server:
        yield tmp_path / "specs/seed.yaml", f"http://{place}/"
        server.terminate()


def _until(url: str, words: str, seconds: float) -> str:
    """The page once it has the words."""
    end = time.monotonic() + seconds
    text = ""
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                text = answer.read().decode()
        except (urllib.error.URLError, ConnectionError):
            text = ""
        if words in text:
            return text
        time.sleep(0.1)
    pytest.fail(f"`{words}` did not come within {seconds} s: {text[:500]}")


def test_a_changed_spec_is_a_changed_page_and_a_broken_one_its_findings(served: tuple[Path, str]) -> None:
    spec, url = served
    sound = spec.read_text(encoding="utf-8")
    assert "<svg" in _until(url, "http-reverse-proxy", 60)
    spec.write_text(sound.replace("domain: vm.example.org", "domain: other.example.net"), encoding="utf-8")
    _until(url, "other.example.net", 10)
    spec.write_text(sound.replace("host: hypervisor, nics", "host: hypervisr, nics", 1), encoding="utf-8")
    broken = _until(url, "The specs have errors", 10)
    assert "unknown host `hypervisr`" in broken
    spec.write_text(sound, encoding="utf-8")
    assert "<svg" in _until(url, "vm.example.org", 10)
