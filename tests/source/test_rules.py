"""Each rule about YAML, with the message as a person sees it."""

import re
from pathlib import Path

import pytest
from tests.source.folders import folder, seen

from taploom.base.diagnostic import Report
from taploom.base.rule import Rule
from taploom.source import rules
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
UNSEEN = {"TL107", "TL122", "TL123", "TL125"}  # what no page can show: `test_hostile` has them
OF_FILES = {"TL101", "TL102", "TL103", "TL104", "TL105", "TL106", "TL108"}  # `test_files`
OF_TREES = {"TL128"}  # `test_stored`
OF_FORMAT = {"TL126"}  # `test_format`


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_explained(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder(Path(), {"site.yaml": CASES[name]})
    assert seen(Path("specs"))[0] == ANSWERS[name]


def test_every_rule_has_a_case() -> None:
    shown = set(re.findall(r"\[(TL\d+)\]", "".join(ANSWERS.values())))
    assert shown | UNSEEN | OF_FILES | OF_TREES | OF_FORMAT == {rule.code for rule in rules.RULES}


def test_the_registry_is_whole_and_sorted() -> None:
    constants = {value for value in vars(rules).values() if isinstance(value, Rule)}
    assert constants == set(rules.RULES)
    codes = [rule.code for rule in rules.RULES]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in rules.RULES}) == len(codes)


@pytest.mark.parametrize("rule", [rule for rule in rules.RULES if rule.bad], ids=lambda rule: rule.code)
def test_the_examples_of_a_rule_are_true(rule: Rule) -> None:
    found, none = Report(), Report()
    read(rule.bad, "bad.yaml", found)
    read(rule.good, "good.yaml", none)
    assert {diagnostic.code for diagnostic in found.diagnostics} == {rule.code}
    assert not none.diagnostics
