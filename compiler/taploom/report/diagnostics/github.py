"""Prints findings as workflow commands of GitHub Actions, which become annotations of a pull request.

Escaping follows `@actions/core` (packages/core/src/command.ts): `%`, CR and LF in the message, and also `:` and `,` in
properties. GitHub would interpret the text after an unescaped line end as a new command.
"""

from taploom.base.diagnostic import Diagnostic, State
from taploom.base.diagnostic_rule import Severity
from taploom.base.span import Span
from taploom.report.diagnostics.findings import Findings

_COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def github(findings: Findings) -> str:
    """One workflow command for each finding; a waived finding is a `notice`."""
    return "".join(f"{_command(d)}\n" for d in findings.diagnostics)


def _command(d: Diagnostic) -> str:
    waived = d.state is State.WAIVED
    name = "notice" if waived else _COMMAND[d.severity]
    title = f"{d.code} {d.rule.name}" + (" (waived)" if waived else "")
    properties = {**(_place(d.span) if d.span else {}), "title": title}
    lines = [d.message, f"help: {d.help}" if d.help else "", *d.notes, f"waived: {d.waiver}" if waived else ""]
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(chr(10).join(line for line in lines if line))}"


def _place(span: Span) -> dict[str, str]:
    place = {"file": span.file, "line": str(span.line), "endLine": str(span.end_line)}
    if span.line == span.end_line:  # the API refuses columns for more than one line
        place |= {"col": str(span.column), "endColumn": str(span.end_column)}
    return place


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
