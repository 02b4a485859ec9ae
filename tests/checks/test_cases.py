"""Each rule has a case in `cases/`, and its findings look exactly as the case shows them.

`pytest tests/checks --update` writes the current findings into the cases; read the difference before you commit it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.checks.literate import CASES, Case, seen
from tests.sites import Site, compiled

from taploom import checks
from taploom.base.diagnostic_rule import DiagnosticRule
from taploom.passes import codes as passes
from taploom.spec import codes as spec

RULES: tuple[DiagnosticRule, ...] = (*spec.RULES, *passes.RULES, *checks.RULES)
BAD = [rule for rule in RULES if rule.bad]
GOOD = [rule for rule in RULES if rule.good]
BY_CODE = {rule.code: rule for rule in RULES}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path, request: pytest.FixtureRequest) -> None:
    case = Case.read(path)
    lock = case.lock(mended=False)
    shown = seen(compiled(case.files(mended=False), lock), case.code, lock or "")
    assert shown, f"{case.code} is not found"
    if request.config.getoption("--update"):
        case.write(shown)
    else:
        assert shown == case.expected.text
    assert compiled(case.files(mended=True), case.lock(mended=True)).of(case.code) == []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case_is_named_after_its_rule(path: Path) -> None:
    title = path.read_text(encoding="utf-8").splitlines()[0]
    code = path.name.split("-")[0]
    assert title.startswith(f"# {code} {BY_CODE[code].name}: ")


def test_every_rule_has_a_case() -> None:
    assert {path.name.split("-")[0] for path in CASES} == set(BY_CODE)


def test_codes_and_names_are_given_once() -> None:
    assert len(BY_CODE) == len({rule.name for rule in RULES}) == len(RULES)
    assert [rule.code for rule in checks.RULES] == sorted(rule.code for rule in checks.RULES)


def test_every_check_is_in_the_list() -> None:
    """A rule in a module outside of the list would be documented, but never checked."""
    folder = Path(checks.__file__).parent
    texts = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    files = {name for name, text in texts.items() if "\nRULE = DiagnosticRule(" in text}
    listed = {check.check.__module__.rpartition(".")[2] for check in checks.CHECKS}
    assert files == listed
    assert len(checks.RULES) == len(checks.CHECKS) == len(files)


def of_example(text: str) -> Site:
    """The site of a rule's example; `taploom: 1` is added unless the example has that line."""
    return compiled(text if "taploom:" in text else f"taploom: 1\n{text}")


@pytest.mark.parametrize("rule", BAD, ids=lambda rule: rule.code)
def test_the_bad_example_of_a_rule_breaks_it(rule: DiagnosticRule) -> None:
    text = rule.bad if rule is spec.VERSION else f"taploom: 1\n{rule.bad}"
    assert rule.code in compiled(text).codes


@pytest.mark.parametrize("rule", GOOD, ids=lambda rule: rule.code)
def test_the_good_example_of_a_rule_keeps_it(rule: DiagnosticRule) -> None:
    assert rule.code not in of_example(rule.good).codes


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_explanation_of_a_rule_consists_of_sentences(rule: DiagnosticRule) -> None:
    for text in (rule.summary, rule.why, rule.fix):
        assert text[0].isupper() or text.startswith(("`", "networkd", "nft", "taploom"))
        assert text[-1] in ".)…"
    assert bool(rule.bad) >= bool(rule.good)
