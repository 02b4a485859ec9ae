"""Compares the README and the changelog with the actual commands, options and exit codes."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from taploom.cli.entry import taploom
from taploom.cli.exits import CHANGES, FINDINGS, FINE, STALE
from taploom.cli.group import COMMANDS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_verb_is_in_the_table_and_in_the_changelog() -> None:
    assert sorted(re.findall(r"^\| `([a-z]+)` \|", README, re.MULTILINE)) == sorted(COMMANDS)
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert [verb for verb in COMMANDS if f"`{verb}`" not in changelog] == []


def test_every_command_of_the_readme_has_the_options_that_it_uses() -> None:
    shown = re.findall(r"^\$ taploom ([a-z]+)(.*?)(?:\s{2,}#(.*))?$", README, re.MULTILINE)
    assert len(shown) > 5
    for verb, rest, comment in shown:
        text = CliRunner().invoke(taploom, [verb, "--help"]).output
        assert [option for option in re.findall(r"--[a-z-]+", f"{rest} {comment}") if option not in text] == [], verb


def test_exit_codes() -> None:
    said = re.search(r"Exit codes: (\d) fine, (\d) findings, (\d) changes[^,]*, (\d) stale", README)
    assert said
    assert [int(code) for code in said.groups()] == [FINE, FINDINGS, CHANGES, STALE]
