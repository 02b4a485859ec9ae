"""What every format is made from.

A format gets the text of a spec line by line through a function, so that it neither knows how sources are kept nor
reads files behind the back of the stage that checked them.
"""

from collections.abc import Callable

from taploom.base.diagnostic import Diagnostic, State
from taploom.base.diagnostic_rule import Severity
from taploom.base.frozen import dataclass

SourceLine = Callable[[str, int], str | None]
"""The text of a line, counted from 1, of a file as a span names it; None where it cannot be shown."""


def no_source(_file: str, _line: int) -> None:
    """No line of any file: for findings without snippets."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Diagnostics in reading order, with what it takes to show them.

    Attributes:
        diagnostics: what was found, waived findings included.
        line: where snippets come from.
        color: whether the reader is a terminal that wants colour.
    """

    diagnostics: tuple[Diagnostic, ...]
    line: SourceLine = no_source
    color: bool = False


def counted(diagnostics: tuple[Diagnostic, ...]) -> dict[Severity, int]:
    """How many findings of each severity count; waived ones do not."""
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
