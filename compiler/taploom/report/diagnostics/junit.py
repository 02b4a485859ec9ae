"""Prints findings as JUnit XML.

Errors and warnings are failed test cases, waived findings are skipped ones, and notes are passed ones.
"""

from taploom.base.diagnostic import Diagnostic, State
from taploom.base.diagnostic_rule import Severity
from taploom.report.diagnostics.findings import Findings, headline
from taploom.report.diagnostics.visible import visible

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})


def junit(findings: Findings) -> str:
    """One test suite; without findings it has one passed case, since CI may report an empty suite as a broken run."""
    found = findings.diagnostics
    cases = [_case(d) for d in found] or ['    <testcase classname="taploom" name="validate"/>']
    failures = sum(map(_fails, found))
    skipped = sum(d.state is State.WAIVED for d in found)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="{skipped}"'
    body = "\n".join(cases)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="taploom" {counts}>\n  <testsuite name="taploom" {counts}>\n{body}\n'
        "  </testsuite>\n</testsuites>\n"
    )


def _fails(d: Diagnostic) -> bool:
    return d.state is State.ACTIVE and d.severity is not Severity.NOTE


def _case(d: Diagnostic) -> str:
    place = str(d.span) if d.span else "taploom"
    head = f"    <testcase {_attribute('classname', d.span.file if d.span else 'taploom')}"
    head += f" {_attribute('name', f'{d.code} {d.rule.name} {place}')}"
    if d.span:
        head += f' {_attribute("file", d.span.file)} line="{d.span.line}"'
    return f"{head}>{_verdict(d, place)}</testcase>"


def _verdict(d: Diagnostic, place: str) -> str:
    if d.state is State.WAIVED:
        return f"<skipped {_attribute('message', f'waived: {d.waiver}')}/>"
    lines = [f"{place}: {headline(d)}: {d.message}", f"help: {d.help}" if d.help else "", *d.notes]
    text = "\n".join(_text(line) for line in lines if line)
    if not _fails(d):
        return f"<system-out>{text}</system-out>"
    return f"<failure {_attribute('message', d.message)} {_attribute('type', headline(d))}>{text}</failure>"


def _attribute(name: str, value: str) -> str:
    return f'{name}="{_text(value)}"'


def _text(value: str) -> str:
    """Escaped text without control characters, most of which XML 1.0 cannot express."""
    return visible(value).translate(_ESCAPES)
