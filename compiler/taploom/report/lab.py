"""Prints the outcome of a lab as text for people, as JSON for programs, and as JUnit XML for CI."""

import json
from collections import Counter

from taploom.lab.lab_report import LabReport, NotRun, Row
from taploom.report.diagnostics.visible import visible

FORMAT = "taploom-lab/1"
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})


def lab_text(outcome: LabReport) -> str:
    """A line for each probe, then the flows that were not probed, then the details of each disagreement."""
    lines = [_line(row) for row in outcome.rows]
    lines += [f"not run   {visible(entry.flow)}: {visible(entry.reason)}" for entry in outcome.not_run]
    for row in outcome.failed:
        lines += ["", f"{visible(row.flow)}", f"  expected {row.expected} by {row.decided_by or 'the plan'}"]
        lines += [f"  reach says {row.reach}"] if row.reach else []
        lines += [f"  observed {row.observed}", *(f"  | {visible(said)}" for said in row.detail.splitlines())]
    return "\n".join(lines) + "\n"


def lab_tally(outcome: LabReport) -> str:
    """The number of probes that agree, by kind, and of flows that were not probed, on one line."""
    kinds = Counter(row.kind for row in outcome.rows)
    counts = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    failed = len(outcome.failed)
    verdict = f"{failed} of {len(outcome.rows)} disagree" if failed else f"all {len(outcome.rows)} agree"
    return f"{verdict} ({counts}); {len(outcome.not_run)} not run"


def lab_json(outcome: LabReport) -> str:
    """The outcome as `taploom-lab/1`."""
    data = {
        "format": FORMAT,
        "ok": not outcome.failed,
        "probes": [_probe(row) for row in outcome.rows],
        "not_run": [{"flow": entry.flow, "reason": entry.reason} for entry in outcome.not_run],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def lab_junit(outcome: LabReport) -> str:
    """One test case for each probe, and a skipped one for each flow that was not probed."""
    cases = [_case(row) for row in outcome.rows] + [_skipped(entry) for entry in outcome.not_run]
    counts = f'tests="{len(cases)}" failures="{len(outcome.failed)}" errors="0" skipped="{len(outcome.not_run)}"'
    body = "\n".join(cases)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="taploom lab" {counts}>\n  <testsuite name="taploom lab" {counts}>\n{body}\n'
        "  </testsuite>\n</testsuites>\n"
    )


def _line(row: Row) -> str:
    verdict = "ok    " if row.ok else "FAILED"
    says = row.expected if row.observed == row.expected else f"{row.observed} instead of {row.expected}"
    says += f", {row.detail}" if row.ok and row.kind == "flow" and row.detail else ""
    says += "" if row.ok or not row.reach else f"; reach says {row.reach}"
    by = f"   {row.decided_by}" if row.decided_by else ""
    return f"{verdict}    {visible(row.flow)}: {visible(says)}{by}"


def _probe(row: Row) -> dict[str, object]:
    return {
        "kind": row.kind,
        "flow": row.flow,
        "expected": row.expected,
        "observed": row.observed,
        "ok": row.ok,
        "decided_by": row.decided_by,
        "reach": row.reach or None,
        "detail": row.detail,
    }


def _case(row: Row) -> str:
    head = f'    <testcase classname="taploom.lab.{row.kind}" name="{_xml(row.flow)}"'
    if row.ok:
        return f"{head}/>"
    message = _xml(f"expected {row.expected}, observed {row.observed}")
    reach = (f"reach says {row.reach}",) if row.reach else ()
    text = "\n".join(map(_xml, (f"decided by {row.decided_by or 'the plan'}", *reach, *row.detail.splitlines())))
    return f'{head}><failure message="{message}" type="disagreement">{text}</failure></testcase>'


def _skipped(entry: NotRun) -> str:
    head = f'    <testcase classname="taploom.lab" name="{_xml(entry.flow)}"'
    return f'{head}><skipped message="{_xml(entry.reason)}"/></testcase>'


def _xml(value: str) -> str:
    return visible(value).translate(_ESCAPES)
