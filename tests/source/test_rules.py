"""Compares the message for each YAML mistake with the message in `mistakes.md`."""

import re
from pathlib import Path

import pytest
from tests.source.folders import folder, seen

from taploom.base.diagnostic import Report
from taploom.base.diagnostic_rule import DiagnosticRule
from taploom.source import codes
from taploom.source.reader import read

CASES = dict(
    re.findall(
        r"^## (.+?)\n\n```yaml\n(.*?)```\n```text\n.*?```$",
        (Path(__file__).parent / "mistakes.md").read_text(encoding="utf-8"),
        flags=re.MULTILINE | re.DOTALL,
    )
)
ANSWERS = dict(
    re.findall(
        r"^## (.+?)\n\n```yaml\n.*?```\n```text\n(.*?)```$",
        (Path(__file__).parent / "mistakes.md").read_text(encoding="utf-8"),
        flags=re.MULTILINE | re.DOTALL,
    )
)
UNSEEN = {"TL107", "TL122", "TL123", "TL125"}  # cannot be shown in Markdown: see `test_hostile`
OF_FILES = {"TL101", "TL102", "TL103", "TL104", "TL105", "TL106", "TL108"}  # see `test_files`
OF_TREES = {"TL128"}  # see `test_stored`
OF_FORMAT = {"TL126"}  # see `test_format`


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_explained(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder(Path(), {"site.yaml": CASES[name]})
    assert seen(Path("specs"))[0] == ANSWERS[name]


def test_every_rule_has_a_case() -> None:
    shown = set(re.findall(r"\[(TL\d+)\]", "".join(ANSWERS.values())))
    assert shown | UNSEEN | OF_FILES | OF_TREES | OF_FORMAT == {rule.code for rule in codes.RULES}


def test_the_registry_is_complete_and_sorted() -> None:
    constants = {value for value in vars(codes).values() if isinstance(value, DiagnosticRule)}
    assert constants == set(codes.RULES)
    numbers = [rule.code for rule in codes.RULES]
    assert numbers == sorted(set(numbers))
    assert len({rule.name for rule in codes.RULES}) == len(numbers)


@pytest.mark.parametrize("rule", [rule for rule in codes.RULES if rule.bad], ids=lambda rule: rule.code)
def test_the_examples_of_a_rule_cause_it_and_avoid_it(rule: DiagnosticRule) -> None:
    found, none = Report(), Report()
    read(rule.bad, "bad.yaml", found)
    read(rule.good, "good.yaml", none)
    assert {diagnostic.code for diagnostic in found.diagnostics} == {rule.code}
    assert not none.diagnostics
