"""Shell completion, requested as bash does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = "from taploom.cli import main; main()"


def offered(line: str, cwd: Path) -> list[str]:
    """The words that bash would offer at the end of a command line."""
    words = line.split(" ")
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1), "_TAPLOOM_COMPLETE": "bash_complete"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=cwd,
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return [row.partition(",")[2] for row in done.stdout.splitlines() if row]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("taploom exp", ["explain", "export"]),
        ("taploom export ", ["hypervisor"]),
        ("taploom export x", []),
        ("taploom export --specs nowhere ", []),
        ("taploom explain guest/", ["guest/http-reverse-proxy", "guest/https-reverse-proxy"]),
        ("taploom explain po", ["policy/admin", "policy/guests-out"]),
        ("taploom graph h", ["host/hypervisor"]),
        ("taploom graph s", ["site"]),
        ("taploom reach h", ["http-reverse-proxy", "https-reverse-proxy", "hypervisor"]),
        ("taploom reach any m", ["microvm"]),
        ("taploom validate --format s", ["sarif"]),
    ],
)
def test_names_of_the_site_are_completed(site: Path, line: str, words: list[str]) -> None:
    assert offered(line, site) == words


def test_specs_with_errors_still_complete_readable_names(site: Path) -> None:
    (site / "specs/more.yaml").write_text("taploom: 1\nhosts:\n  next: {nonsense: 1}\n  [\n")
    (site / "specs/other.yaml").write_text("taploom: 1\nhosts:\n  last: {nonsense: 1}\n")
    assert offered("taploom export ", site) == ["hypervisor", "last"]
