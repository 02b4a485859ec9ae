"""Prints findings as GitLab's Code Quality report, the subset of Code Climate that GitLab reads.

GitLab recognises a finding of an earlier run by its fingerprint. The fingerprint contains no line number, so that a
finding is not new if its entry moves within the file. A counter in it distinguishes equal findings of one file.
"""

import json
from collections import Counter

from taploom.base.diagnostic import Diagnostic, State
from taploom.base.diagnostic_rule import Severity
from taploom.base.names import digest
from taploom.report.diagnostics.findings import Findings

_SEVERITY = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.NOTE: "info"}


def gitlab(findings: Findings) -> str:
    """All findings as one JSON array."""
    seen: Counter[str] = Counter()
    return json.dumps([_row(d, seen) for d in findings.diagnostics], indent=2) + "\n"


def fingerprint(diagnostic: Diagnostic, seen: Counter[str]) -> str:
    """The identity of a finding, which stays the same in later runs; `seen` counts equal findings."""
    file = diagnostic.span.file if diagnostic.span else ""
    identity = "\0".join((diagnostic.code, file, diagnostic.subject, diagnostic.message))
    seen[identity] += 1
    return digest(f"{identity}\0{seen[identity]}".encode("utf-8", "replace").decode(), 40)


def _row(d: Diagnostic, seen: Counter[str]) -> dict[str, object]:
    waived = d.state is State.WAIVED
    text = d.message + (f" ({d.help})" if d.help else "") + (f" (waived: {d.waiver})" if waived else "")
    return {
        "type": "issue",
        "check_name": f"{d.code} {d.rule.name}",
        "description": text,
        "severity": "info" if waived else _SEVERITY[d.severity],
        "categories": ["Bug Risk"],
        "fingerprint": fingerprint(d, seen),
        "location": {
            "path": d.span.file.removeprefix("./") if d.span else ".",
            "lines": {"begin": d.span.line if d.span else 1, "end": d.span.end_line if d.span else 1},
        },
    }
