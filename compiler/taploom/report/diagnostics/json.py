"""Prints findings as `taploom-diagnostics/1`. Keys are stable; programs should ignore keys that they do not know."""

import json
from collections.abc import Mapping

from taploom.base.diagnostic import Diagnostic
from taploom.base.span import Span
from taploom.report.diagnostics.findings import Findings

FORMAT = "taploom-diagnostics/1"


def to_json(findings: Findings) -> str:
    """All findings as one JSON object."""
    body = {"format": FORMAT, "diagnostics": [_row(d) for d in findings.diagnostics]}
    return json.dumps(body, indent=2) + "\n"


def _row(d: Diagnostic) -> Mapping[str, object]:
    return {
        "code": d.code,
        "rule": d.rule.name,
        "severity": d.severity.value,
        "message": d.message,
        **_place(d.span),
        "help": d.help,
        "labels": [{**_place(label.span), "text": label.text} for label in d.labels],
        "notes": list(d.notes),
        "subject": d.subject,
        "waived": d.waiver or None,
    }


def _place(span: Span | None) -> Mapping[str, object]:
    if span is None:
        return dict.fromkeys(("file", "line", "column", "end_line", "end_column"))
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
