"""Output of `taploom plan` for every change of `site.py`, as text, Markdown and JSON, compared with reviewed files.

`pytest --update` writes the files of `expected/`; a person reviews them like code.
"""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.cli.conftest import Taploom, taploom
from tests.diff.conftest import git
from tests.diff.site import BASE, CASES, Case, given

from taploom.report.plan.schema import diff_schema

EXPECTED = Path(__file__).parent / "expected"
IDS = [case.name for case in CASES]
__all__ = ["taploom"]


@pytest.fixture(params=CASES, ids=IDS)
def case(request: pytest.FixtureRequest, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.chdir(repository)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1798761600")
    found = request.param
    assert isinstance(found, Case)
    return found


def planned(taploom: Taploom, case: Case, form: str) -> str:
    """Output of `taploom plan` for a case in one format, after a check of the exit code."""
    base = f"{case.name}-base" if given(case) != BASE else "main"
    done = taploom("plan", f"{base}..{case.name}", "--format", form, "--detailed-exitcode")
    failing = not case.sound or case.name == "gates-fail"
    assert done.status == (1 if failing else 0 if case.empty else 2), done.err
    return settled(done.out)


def settled(text: str) -> str:
    """The text with fixed words instead of commit names and their digest, which differ from run to run."""
    text = re.sub(r"plan=sha256:[0-9a-f]{64}", "plan=sha256:digest", re.sub(r"@[0-9a-f]{7}\b", "@commit", text))
    return re.sub(r"\b[0-9a-f]{7}\.\.[0-9a-f]{7}\b", "commit..commit", text)


def test_there_are_enough_changes_and_no_orphans() -> None:
    assert len(CASES) >= 25
    assert len(set(IDS)) == len(IDS)
    assert {path.name for path in EXPECTED.iterdir()} == set(IDS)


@pytest.mark.parametrize(("form", "name"), [("text", "plan.txt"), ("md", "plan.md"), ("json", "plan.json")])
def test_a_change_is_reported_as_reviewed(
    taploom: Taploom, case: Case, form: str, name: str, pytestconfig: pytest.Config
) -> None:
    text = planned(taploom, case, form)
    if form == "json":
        data: dict[str, Any] = json.loads(text)
        Draft202012Validator(diff_schema()).validate(data)
        assert data["worst_class"] == case.worst
        assert data["has_changes"] is not case.empty
        for file in data["files"]:
            del file["hunks"]
        text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
    path = EXPECTED / case.name / name
    if pytestconfig.getoption("--update"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_a_change_without_effect_is_reported_as_empty(
    taploom: Taploom, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    for name in ("comments-only", "order-only"):
        done = taploom("plan", f"main..{name}", "--format", "json", "--detailed-exitcode")
        assert done.status == 0
        data = json.loads(done.out)
        assert data["has_changes"] is False
        assert (data["objects"], data["disruption"], data["files"]) == ([], [], [])
        assert not any(data["flows"].values())


def test_links_to_lines_name_the_revision_that_contains_them(
    taploom: Taploom, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository / "specs")
    source = ("--source", "https://forge.example.org/a b/net/blob/", "--format", "md", "--specs", ".")
    base, head = (git(repository, "rev-parse", name) for name in ("main", "guest-removed"))
    start = "https://forge.example.org/a%20b/net/blob"
    comment = taploom("plan", "main..guest-removed", *source).out
    assert f"was [`./guests.yaml:10`]({start}/{base}/specs/guests.yaml#L10)" in comment
    assert head not in comment
    comment = taploom("plan", "main..guest-with-forward", *source).out
    head = git(repository, "rev-parse", "guest-with-forward")
    assert f"&#40;[`./forwards.yaml:3`]({start}/{head}/specs/forwards.yaml#L3)&#41;" in comment
    assert f"| [`./guests.yaml:3`]({start}/{head}/specs/guests.yaml#L3) |" in comment
    assert "](" not in taploom("plan", "main..guest-with-forward", "--format", "md").out
    comment = taploom("plan", "guest-removed", "--exact", *source).out  # no forge can show a working tree
    assert "`./guests.yaml:10`" in comment
    assert "](" not in comment


def test_the_command_in_the_comment_repeats_the_comparison(
    taploom: Taploom, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    comment = taploom("plan", "main..rule-removed", "--format", "md").out
    (command,) = re.findall(r"To reproduce this comparison: `taploom (.*?)`", comment)
    again = taploom(*shlex.split(command), "--format", "json")
    assert again.status == 0
    first, second = json.loads(taploom("plan", "main..rule-removed", "--format", "json").out), json.loads(again.out)
    assert [second[key] for key in ("objects", "flows", "files")] == [
        first[key] for key in ("objects", "flows", "files")
    ]
