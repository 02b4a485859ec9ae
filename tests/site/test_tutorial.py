"""Runs the tutorial's commands in order and compares their output with the page."""

from pathlib import Path

import pytest
from tests.site.typed import ROOT, Shell, shows, typed

PAGE = ROOT / "site/tutorial/first-plan.md"


def test_the_tutorial_can_be_typed_as_printed(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    assert typed(shell, PAGE.read_text(encoding="utf-8")) > 12
    assert (shell.folder / "build/hypervisor.tar").is_file()


@pytest.mark.parametrize(("shown", "fine"), [(["b", "…", "d e"], True), (["c", "b"], False), (["a … z"], True)])
def test_quoted_lines_are_found_in_order(shown: list[str], fine: bool) -> None:
    output = "b\nc\nd e\na b z"
    if fine:
        shows(output, shown)
    else:
        with pytest.raises(AssertionError):
            shows(output, shown)
