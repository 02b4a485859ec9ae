"""The input of every output format of diagnostics.

A format gets lines of a spec through a function, so that it does not depend on how sources are stored, and never reads
a file that has not been checked.
"""

from collections.abc import Callable

from taploom.base.diagnostic import Diagnostic, State
from taploom.base.diagnostic_rule import Severity
from taploom.base.frozen import dataclass

SourceLine = Callable[[str, int], str | None]
"""Gets a line by its file (as a span names it) and its number, from 1; None if the line cannot be shown."""


def no_source(_file: str, _line: int) -> None:
    """Return no line, for findings without snippets."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Diagnostics in reading order, and how to show them.

    Attributes:
        diagnostics: all findings, waived ones included.
        line: the function that gets the lines of snippets.
        color: whether the reader is a terminal that wants colour.
    """

    diagnostics: tuple[Diagnostic, ...]
    line: SourceLine = no_source
    color: bool = False


def counted(diagnostics: tuple[Diagnostic, ...]) -> dict[Severity, int]:
    """The number of findings of each severity, without waived findings."""
    active = [d.severity for d in diagnostics if d.state is State.ACTIVE]
    return {severity: active.count(severity) for severity in Severity}


def tally(diagnostics: tuple[Diagnostic, ...]) -> str:
    """The closing words of a run, such as `1 error, 2 warnings (1 waived)`."""
    parts = [plural(count, severity.value) for severity, count in counted(diagnostics).items() if count]
    waived = sum(d.state is State.WAIVED for d in diagnostics)
    return (", ".join(parts) or "no findings") + (f" ({waived} waived)" if waived else "")


def plural(count: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def headline(diagnostic: Diagnostic) -> str:
    """`error[TL203]`, or `waived error[TL203]`."""
    head = f"{diagnostic.severity.value}[{diagnostic.code}]"
    return f"waived {head}" if diagnostic.state is State.WAIVED else head
