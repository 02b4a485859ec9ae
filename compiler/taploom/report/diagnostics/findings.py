"""The input of all formats of diagnostics.

A format gets the lines of a spec from a function. So it does not depend on the storage of sources, and never reads an
unchecked file.
"""

from collections.abc import Callable

from taploom.base.diagnostic import Diagnostic, State
from taploom.base.diagnostic_rule import Severity
from taploom.base.frozen import dataclass

SourceLine = Callable[[str, int], str | None]
"""Returns a line, given its file as in a span and its number from 1; None if the line cannot be shown."""


def no_source(_file: str, _line: int) -> None:
    """Return no line, for findings without snippets."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Diagnostics to print, with the options of the output.

    Attributes:
        diagnostics: all findings in reading order, including waived ones.
        line: function that returns the lines of snippets.
        color: whether to use terminal colours.
    """

    diagnostics: tuple[Diagnostic, ...]
    line: SourceLine = no_source
    color: bool = False


def counted(diagnostics: tuple[Diagnostic, ...]) -> dict[Severity, int]:
    """The number of findings of each severity, without waived findings."""
    active = [d.severity for d in diagnostics if d.state is State.ACTIVE]
    return {severity: active.count(severity) for severity in Severity}


def tally(diagnostics: tuple[Diagnostic, ...]) -> str:
    """The numbers of findings as text, such as `1 error, 2 warnings (1 waived)`."""
    parts = [plural(count, severity.value) for severity, count in counted(diagnostics).items() if count]
    waived = sum(d.state is State.WAIVED for d in diagnostics)
    return (", ".join(parts) or "no findings") + (f" ({waived} waived)" if waived else "")


def plural(count: int, noun: str) -> str:
    """A number with a noun: `1 error`, `2 errors`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def headline(diagnostic: Diagnostic) -> str:
    """The severity and code of a finding: `error[TL203]`, or `waived error[TL203]`."""
    head = f"{diagnostic.severity.value}[{diagnostic.code}]"
    return f"waived {head}" if diagnostic.state is State.WAIVED else head
