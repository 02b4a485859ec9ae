"""Diagnostics: findings about mistakes in specs, as data without text layout.

A user's mistake never raises an exception. Every stage adds diagnostics to a `Report` and goes on as far as it can, so
that the user sees all mistakes at once. `taploom.report` renders the diagnostics in each format.
"""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import field, replace

from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.base.frozen import dataclass
from taploom.base.span import Span


class State(enum.Enum):
    """The state of a diagnostic: active, or waived in the spec with a reason."""

    ACTIVE = "active"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Label:
    """A second place in the specs that explains a diagnostic, such as the other definition of a name."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding, in the terms of the spec.

    Attributes:
        rule: the broken rule, with its permanent code, severity and explanation.
        message: one short headline without a full stop, with names in backticks.
        span: the place in the specs; None only if the site has no file.
        help: a suggested correction, shown at the caret.
        labels: further places.
        notes: lines of `key: text` below the snippet, such as `declared: …`.
        subject: the object that the finding is about, as in `forward/http`; a waiver names it.
        waiver: the reason that the spec gives for waiving the finding; "" for an active finding.
    """

    rule: DiagnosticRule
    message: str
    span: Span | None
    help: str = ""
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    subject: str = ""
    waiver: str = ""

    @property
    def code(self) -> str:
        """The permanent code, such as `TL203`."""
        return self.rule.code

    @property
    def severity(self) -> Severity:
        """The severity of the rule."""
        return self.rule.severity

    @property
    def state(self) -> State:
        """The state of the finding; a waived finding is shown, but causes no failure."""
        return State.WAIVED if self.waiver else State.ACTIVE

    def waived(self, reason: str) -> "Diagnostic":
        """The same finding, waived for `reason`."""
        return replace(self, waiver=reason)


def reading_order(diagnostic: Diagnostic) -> tuple[object, ...]:
    """The sort key of a diagnostic: place, code, text; with it, output does not depend on the order of the checks."""
    span = diagnostic.span
    place = (span.file, span.line, span.column) if span else ("", 0, 0)
    return (*place, diagnostic.code, diagnostic.message)


@dataclass(slots=True)
class Report:
    """The diagnostics that stages have collected so far; the only mutable object that stages share."""

    diagnostics: list[Diagnostic] = field(default_factory=list)

    def add(self, diagnostic: Diagnostic) -> None:
        """Add one finding."""
        self.diagnostics.append(diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Add the findings of a check."""
        self.diagnostics.extend(diagnostics)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """All findings in reading order, each once."""
        return tuple(dict.fromkeys(sorted(self.diagnostics, key=reading_order)))

    def errors(self) -> Iterator[Diagnostic]:
        """The findings that stop taploom from writing anything."""
        return (d for d in self.diagnostics if d.severity is Severity.ERROR and d.state is State.ACTIVE)

    @property
    def failed(self) -> bool:
        """Whether there is an error among the findings."""
        return next(self.errors(), None) is not None
