"""Findings and source lines for the tests of output formats."""

from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.base.span import Span
from taploom.report.diagnostics.findings import Findings

UNKNOWN = DiagnosticRule(
    "TL203",
    "unknown-name",
    Severity.ERROR,
    "Names exist.",
    "A name that is nowhere means nothing.",
    "Spell it.",
    bad="a: b\n",
    good="a: c\n",
)
TWICE = DiagnosticRule(
    "TL205", "defined-twice", Severity.ERROR, "A name is defined once.", "Which one counts?", "Remove one."
)
WARNING = DiagnosticRule("TL701", "policy-open", Severity.WARNING, "Nothing is open.", "It is open.", "Close it.")
NOTE = DiagnosticRule("TL702", "policy-idle", Severity.NOTE, "It does something.", "It does nothing.", "Remove it.")

SOURCES = {
    "specs/hosts.yaml": {44: "    networks: {dmx: {}}", 7: "  hv1:", 12: "  hv1: {}"},
    "specs/networks.yaml": {18: "  dmz:"},
}
HOSTILE = "a%b\r\n::error::x,y:z \x1b[31m</failure>]]>&\"'\u202e"


def line(file: str, number: int) -> str | None:
    """A line of `SOURCES`."""
    return SOURCES.get(file, {}).get(number)


def dmx() -> Diagnostic:
    """The finding that the documentation shows."""
    return Diagnostic(
        UNKNOWN, "unknown network `dmx`", Span("specs/hosts.yaml", 44, 16, 44, 19), help="did you mean `dmz`?",
        notes=("declared: specs/networks.yaml:18:3 `dmz`",), subject="host/hv1",
    )  # fmt: skip


def all_kinds() -> Findings:
    """An error, a hostile warning over two lines, a note without a place, and a waived error with a label."""
    twice = Diagnostic(
        TWICE, "`hv1` is defined twice", Span("specs/hosts.yaml", 12, 3, 12, 6), subject="host/hv1",
        labels=(Label(Span("specs/hosts.yaml", 7, 3, 7, 6), "first here"),), waiver="the merge of both sites",
    )  # fmt: skip
    hostile = Diagnostic(
        WARNING, HOSTILE, Span("specs/a,b:c é.yaml", 3, 5, 4, 2), help=HOSTILE, notes=(HOSTILE,), subject="policy/x"
    )
    idle = Diagnostic(NOTE, "`old` matches nothing", None, subject="policy/old")
    return Findings((idle, dmx(), twice, hostile), line)
