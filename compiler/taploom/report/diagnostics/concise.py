"""One line a finding, `file:line:col: error[TL203]: message`, a form that editors turn into a link."""

from taploom.base.diagnostic import Diagnostic
from taploom.report.diagnostics.findings import Findings, headline
from taploom.report.diagnostics.visible import visible


def concise(findings: Findings) -> str:
    """Every finding on a line of its own."""
    return "".join(f"{_line(d)}\n" for d in findings.diagnostics)


def _line(diagnostic: Diagnostic) -> str:
    place = f"{visible(str(diagnostic.span))}: " if diagnostic.span else ""
    return f"{place}{headline(diagnostic)}: {visible(diagnostic.message)}"
