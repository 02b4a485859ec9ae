"""Prints each finding on one line, `file:line:col: error[TL203]: message`, in which editors recognise a link."""

from taploom.base.diagnostic import Diagnostic
from taploom.report.diagnostics.findings import Findings, headline
from taploom.report.diagnostics.visible import visible


def concise(findings: Findings) -> str:
    """All findings, one line each."""
    return "".join(f"{_line(d)}\n" for d in findings.diagnostics)


def _line(diagnostic: Diagnostic) -> str:
    place = f"{visible(str(diagnostic.span))}: " if diagnostic.span else ""
    return f"{place}{headline(diagnostic)}: {visible(diagnostic.message)}"
