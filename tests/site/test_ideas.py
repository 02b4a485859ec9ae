"""Runs the commands of the page `ideas.md` on the seed, and compares their output with the page."""

import shutil
from pathlib import Path

from tests.site.typed import ROOT, Shell, typed

PAGE = ROOT / "site/explanation/ideas.md"


def test_every_example_of_an_idea_prints_what_the_page_shows(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tests/golden/seed/specs", tmp_path / "specs")
    shell = Shell(tmp_path)
    shell.run("git init --quiet && git add . && git commit --quiet --message seed")
    assert typed(shell, PAGE.read_text(encoding="utf-8")) == 12
