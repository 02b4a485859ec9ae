"""The lab's report on flows for which observation, plan and `reach` disagree."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

from taploom.lab.lab_report import LabReport, Row
from taploom.report.lab import lab_json, lab_junit, lab_tally, lab_text

FLOW = "web 10.0.0.10 -> internet 198.18.0.7 tcp/443"


def test_a_row_is_ok_only_if_all_three_agree() -> None:
    agreed = Row("flow", FLOW, "allow", "allow", "policy/out", "", "allow by policy/out")
    assert agreed.ok
    assert not Row("flow", FLOW, "allow", "drop", "policy/out", "", "allow by policy/out").ok
    assert not Row("flow", FLOW, "allow", "allow", "policy/out", "", "drop by default").ok
    assert not Row("flow", FLOW, "allow", "allow", "policy/out", "", "allow by policy/other").ok


@pytest.mark.parametrize(
    ("decided_by", "reach", "ok"),
    [
        ("default", "drop by implied/site-source", True),
        ("implied/reverse-path", "drop by default", True),
        ("default", "drop by default or drop by implied/reverse-path", True),
        ("policy/no-mail", "drop by default", False),
        ("default", "drop by policy/no-mail", False),
        ("policy/no-mail", "drop by policy/no-web", False),
        ("default", "allow by implied/icmp", False),
        ("default", "drop by default or allow by policy/out", False),
        ("default", "nothing", False),
    ],
)
def test_a_drop_by_default_may_have_another_implied_reason(decided_by: str, reach: str, ok: bool) -> None:
    assert Row("flow", FLOW, "drop", "drop", decided_by, "", reach).ok is ok
    assert not Row("flow", FLOW, "drop", "allow", decided_by, "", reach).ok


def test_an_allow_needs_the_same_reason() -> None:
    assert not Row("flow", FLOW, "allow", "allow", "implied/bridge", "", "allow by implied/icmp").ok


def test_a_different_answer_of_reach_is_shown_in_every_format() -> None:
    outcome = LabReport((Row("flow", FLOW, "allow", "allow", "policy/out", "", "drop by default"),))
    text = lab_text(outcome)
    assert f"FAILED    {FLOW}: allow; reach says drop by default   policy/out" in text
    assert "  reach says drop by default\n" in text
    assert lab_tally(outcome).startswith("1 of 1 disagree")
    (probe,) = json.loads(lab_json(outcome))["probes"]
    assert (probe["ok"], probe["reach"]) == (False, "drop by default")
    (failure,) = ET.fromstring(lab_junit(outcome)).iter("failure")
    assert "reach says drop by default" in str(failure.text)
