"""What a lab prints of a flow on which its witnesses do not agree."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

from netloom.lab.outcome import Outcome, Row
from netloom.report.lab import lab_json, lab_junit, lab_tally, lab_text

FLOW = "web 10.0.0.10 -> internet 198.18.0.7 tcp/443"


def test_all_three_witnesses_have_to_agree() -> None:
    agreed = Row("flow", FLOW, "allow", "allow", "policy/out", "", "allow by policy/out")
    assert agreed.ok
    assert not Row("flow", FLOW, "allow", "drop", "policy/out", "", "allow by policy/out").ok
    assert not Row("flow", FLOW, "allow", "allow", "policy/out", "", "drop by default").ok
    assert not Row("flow", FLOW, "allow", "allow", "policy/out", "", "allow by policy/other").ok


def test_what_reach_says_otherwise_is_shown_in_every_format() -> None:
    outcome = Outcome((Row("flow", FLOW, "allow", "allow", "policy/out", "", "drop by default"),))
    text = lab_text(outcome)
    assert f"FAILED    {FLOW}: allow; reach says drop by default   policy/out" in text
    assert "  reach says drop by default\n" in text
    assert lab_tally(outcome).startswith("1 of 1 disagree")
    (probe,) = json.loads(lab_json(outcome))["probes"]
    assert (probe["ok"], probe["reach"]) == (False, "drop by default")
    (failure,) = ET.fromstring(lab_junit(outcome)).iter("failure")
    assert "reach says drop by default" in str(failure.text)
