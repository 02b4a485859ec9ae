"""Prints findings as SARIF 2.1.0 (OASIS), for code scanning and for editors.

Columns count characters, as everywhere in taploom. SARIF counts UTF-16 units by default, so the run has a `columnKind`.
"""

import json
from collections import Counter
from collections.abc import Mapping

from taploom import __version__
from taploom.base.diagnostic import Diagnostic, State
from taploom.base.diagnostic_rule import DiagnosticRule
from taploom.base.span import Span
from taploom.report.diagnostics.findings import Findings
from taploom.report.diagnostics.gitlab import fingerprint
from taploom.report.explanation import markdown, plain

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_UNRESERVED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")


def sarif(findings: Findings) -> str:
    """One run with all findings and their rules."""
    rules = sorted({d.code: d.rule for d in findings.diagnostics}.items())
    index = {code: position for position, (code, _) in enumerate(rules)}
    seen: Counter[str] = Counter()
    run = {
        "tool": {"driver": {"name": "taploom", "version": __version__, "rules": [_rule(rule) for _, rule in rules]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(d, index[d.code], seen) for d in findings.diagnostics],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: DiagnosticRule) -> Mapping[str, object]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "help": {"text": plain(rule), "markdown": markdown(rule)},
        "defaultConfiguration": {"level": rule.severity.value},
    }


def _result(d: Diagnostic, index: int, seen: Counter[str]) -> Mapping[str, object]:
    lines = [d.message, f"help: {d.help}" if d.help else "", *d.notes]
    result: dict[str, object] = {
        "ruleId": d.code,
        "ruleIndex": index,
        "level": d.severity.value,
        "message": {"text": "\n".join(line for line in lines if line)},
        "locations": [_location(d.span)] if d.span else [],
        "partialFingerprints": {"taploom/v1": fingerprint(d, seen)},
    }
    if d.labels:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": label.text}, **_location(label.span)}
            for number, label in enumerate(d.labels)
        ]
    if d.state is State.WAIVED:
        result["suppressions"] = [{"kind": "inSource", "justification": d.waiver}]
    return result


def _location(span: Span) -> dict[str, object]:
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(span.file)}, "region": region}}


def _uri(path: str) -> str:
    """A path as a URI reference (RFC 3986); a relative path stays relative, so that it resolves in any checkout."""
    raw = path.removeprefix("./").encode("utf-8", "surrogateescape")
    quoted = "".join(chr(byte) if chr(byte) in _UNRESERVED else f"%{byte:02X}" for byte in raw)
    return f"file://{quoted}" if quoted.startswith("/") else quoted
