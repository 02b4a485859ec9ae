"""Findings of a change as SARIF and as GitHub annotations: they point at the causing line, and the SARIF is valid."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.cli.conftest import Taploom, taploom
from tests.diff.conftest import repository
from tests.diff.test_comment import HOSTILE, changed
from tests.diff.test_page import hostile
from tests.report.schemas import SARIF

from taploom.report.diagnostics.findings import Findings
from taploom.report.diagnostics.github import github
from taploom.report.plan.findings import findings

__all__ = ["repository", "taploom"]


@pytest.fixture(autouse=True)
def _inside(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)


def annotations(taploom: Taploom, name: str) -> list[str]:
    return taploom("plan", f"main..{name}", "--format", "github").out.splitlines()


def test_a_gate_that_fails_is_an_error_at_the_causing_line(taploom: Taploom) -> None:
    lines = annotations(taploom, "gates-fail")
    assert any(
        line.startswith("::error file=specs/forwards.yaml,line=3,") and "exposure-owner" in line for line in lines
    )
    assert any(line.startswith("::warning file=specs/forwards.yaml,line=3,") and "tcp/9000" in line for line in lines)


def test_a_waived_gate_is_a_notice_with_its_reason(taploom: Taploom) -> None:
    lines = annotations(taploom, "gates-waived")
    assert lines
    assert all(line.startswith("::notice ") and line.endswith("waived: window on Sunday") for line in lines)


def test_flows_still_allowed_and_management_at_risk_are_reported(taploom: Taploom) -> None:
    (still,) = annotations(taploom, "rule-removed-still-allowed")
    assert still.startswith("::notice file=specs/policy.yaml,line=5,")
    assert any("way-in-at-risk" in line for line in annotations(taploom, "uplink-static"))
    # A host's traffic to itself does not use the forward, so no notice calls it a flow that is still open.
    assert not any("still" in line for line in annotations(taploom, "forward-removed"))
    assert annotations(taploom, "order-only") == []


def test_sarif_is_valid_by_its_schema(taploom: Taploom) -> None:
    text = taploom("plan", "main..gates-fail", "--format", "sarif").out
    Draft202012Validator(SARIF).validate(json.loads(text))
    assert {result["ruleId"] for result in json.loads(text)["runs"][0]["results"]} == {"TL951", "TL952"}


def test_hostile_text_cannot_end_an_annotation() -> None:
    after, _ = hostile()
    after["forwards.yaml"] += (
        '  raw: {on: hv1, ports: tcp/9000, to: db, owner: "::error::x\\n::set-output name=a::b"}\n'
    )
    lines = github(Findings(findings(changed({**after, "forwards.yaml": "taploom: 1\n"}, after)))).splitlines()
    assert lines
    assert all(line.startswith(("::warning ", "::error ", "::notice ")) for line in lines)
    assert not any(line.startswith("::set-output") for line in lines)
    assert HOSTILE not in lines
