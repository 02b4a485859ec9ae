"""Compares machine-readable formats with the schemas and grammars of the tools that read them."""

import json
import re
from dataclasses import replace
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator
from tests.report.findings import HOSTILE, all_kinds, dmx
from tests.report.schemas import GITLAB, SARIF, TAPLOOM

from taploom.report.diagnostics.findings import Findings, tally
from taploom.report.diagnostics.formats import FORMATS
from taploom.report.diagnostics.schema import diagnostics_schema


def unescaped(text: str) -> str:
    """Decodes an escaped property as GitHub's runner does (ActionCommand.cs of actions/runner)."""
    for escaped, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escaped, char)
    return text


def test_there_are_seven_formats() -> None:
    assert list(FORMATS) == ["full", "concise", "json", "github", "gitlab", "sarif", "junit"]


def test_json_fits_its_schema_and_is_complete() -> None:
    document = json.loads(FORMATS["json"](all_kinds()))
    Draft202012Validator(TAPLOOM).validate(document)
    Draft202012Validator.check_schema(diagnostics_schema())
    Draft202012Validator(diagnostics_schema()).validate(document)
    note, error, waived, hostile = document["diagnostics"]
    assert note["file"] is None
    assert error == {
        "code": "TL203", "rule": "unknown-name", "severity": "error", "message": "unknown network `dmx`",
        "file": "specs/hosts.yaml", "line": 44, "column": 16, "end_line": 44, "end_column": 19,
        "help": "did you mean `dmz`?", "labels": [], "notes": ["declared: specs/networks.yaml:18:3 `dmz`"],
        "subject": "host/hv1", "waived": None,
    }  # fmt: skip
    assert waived["waived"] == "the merge of both sites"
    assert waived["labels"][0]["line"] == 7
    assert hostile["message"] == HOSTILE


def test_github_commands_decode_to_the_original_texts() -> None:
    lines = FORMATS["github"](all_kinds()).splitlines()
    parsed = [re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line) for line in lines]
    assert [match and match[1] for match in parsed] == ["notice", "error", "notice", "warning"]
    last = parsed[-1]
    assert last is not None
    properties = {key: unescaped(value) for key, value in (item.split("=", 1) for item in last[2].split(","))}
    assert properties == {
        "file": "specs/a,b:c é.yaml", "line": "3", "endLine": "4", "title": "TL701 policy-open",
    }  # without columns, because the range has two lines  # fmt: skip
    assert unescaped(last[3]) == f"{HOSTILE}\nhelp: {HOSTILE}\n{HOSTILE}"
    error = parsed[1]
    assert error is not None
    assert "col=16" in error[2]
    assert "endColumn=19" in error[2]


def test_gitlab_report_fits_its_schema() -> None:
    rows = json.loads(FORMATS["gitlab"](all_kinds()))
    Draft202012Validator(GITLAB).validate(rows)
    assert [row["severity"] for row in rows] == ["info", "critical", "info", "minor"]
    assert rows[2]["description"].endswith("(waived: the merge of both sites)")


def test_a_fingerprint_survives_a_move_and_differs_between_equal_findings() -> None:
    here = dmx()
    assert here.span
    moved = replace(here, span=here.span._replace(line=60, end_line=60))
    before = [row["fingerprint"] for row in json.loads(FORMATS["gitlab"](Findings((here,))))]
    after = [row["fingerprint"] for row in json.loads(FORMATS["gitlab"](Findings((moved, here))))]
    assert before[0] == after[0]
    assert after[0] != after[1]


def test_sarif_fits_the_standard() -> None:
    document = json.loads(FORMATS["sarif"](all_kinds()))
    Draft202012Validator(SARIF).validate(document)
    run = document["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["TL203", "TL205", "TL701", "TL702"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert "suppressions" not in run["results"][1]
    assert run["results"][2]["suppressions"] == [{"kind": "inSource", "justification": "the merge of both sites"}]
    assert run["results"][2]["relatedLocations"][0]["message"] == {"text": "first here"}


def test_sarif_names_files_as_uris() -> None:
    results = json.loads(FORMATS["sarif"](all_kinds()))["runs"][0]["results"]
    uri = results[3]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri)
    assert unquote(uri) == "specs/a,b:c é.yaml"


def test_junit_is_xml_with_correct_counts() -> None:
    root = ET.fromstring(FORMATS["junit"](all_kinds()))
    cases = root.findall("./testsuite/testcase")
    for element in (root, root[0]):
        counts = {key: int(element.attrib[key]) for key in ("tests", "failures", "errors", "skipped")}
        assert counts == {"tests": 4, "failures": 2, "errors": 0, "skipped": 1}
    assert len(cases) == 4
    assert [len(case.findall("failure")) for case in cases] == [0, 1, 0, 1]
    failure = cases[3].find("failure")
    assert failure is not None
    assert "]]>" in failure.attrib["message"]
    assert failure.attrib["type"] == "warning[TL701]"
    assert cases[2].find("skipped") is not None


def test_junit_without_findings_is_one_passed_case() -> None:
    root = ET.fromstring(FORMATS["junit"](Findings(())))
    assert root.attrib["tests"] == "1"
    assert [len(case) for case in root.iter("testcase")] == [0]


@pytest.mark.parametrize("name", ["json", "gitlab", "sarif"])
def test_an_empty_report_is_a_valid_document(name: str) -> None:
    document = json.loads(FORMATS[name](Findings(())))
    assert (
        document in ([], {"format": "taploom-diagnostics/1", "diagnostics": []}) or not document["runs"][0]["results"]
    )


def test_the_tally_excludes_waived_findings() -> None:
    assert tally(all_kinds().diagnostics) == "1 error, 1 warning, 1 note (1 waived)"
    assert tally(()) == "no findings"
