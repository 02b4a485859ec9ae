"""Prints findings for people: the line of the spec, a caret under the mistake, and the help after the caret."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic, State
from taploom.base.diagnostic_rule import Severity
from taploom.base.span import Span
from taploom.report.diagnostics.findings import Findings, headline
from taploom.report.diagnostics.visible import excerpt, visible

_BOLD, _BLUE, _CYAN = "1", "1;34", "36"
_SEVERITY = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.NOTE: "1;36"}
_WAIVED = "2"


def full(findings: Findings) -> str:
    """All findings with their snippets, separated by empty lines."""
    return "\n".join(_Block(d, findings).text() for d in findings.diagnostics)


class _Block:
    """The lines of one diagnostic, whose snippets have line numbers of the same width."""

    def __init__(self, diagnostic: Diagnostic, findings: Findings) -> None:
        self._diagnostic = diagnostic
        self._findings = findings
        spans = [label.span for label in diagnostic.labels]
        spans += [diagnostic.span] if diagnostic.span else []
        shown = [span.line for span in spans if findings.line(span.file, span.line) is not None]
        self._gutter = max((len(str(line)) for line in shown), default=1)
        waived = diagnostic.state is State.WAIVED
        self._accent = _WAIVED if waived else _SEVERITY[diagnostic.severity]

    def text(self) -> str:
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        d = self._diagnostic
        place = f"{visible(str(d.span))}: " if d.span else ""
        yield f"{place}{self._paint(headline(d), self._accent)}: {self._paint(visible(d.message), _BOLD)}"
        snippet = self._snippet(d.span, "^", f"help: {d.help}" if d.help else "", self._accent) if d.span else []
        yield from snippet
        if d.help and not snippet:
            yield self._note("help", d.help)
        for label in d.labels:
            yield from self._labelled(label.span, label.text)
        for note in d.notes:
            key, colon, rest = note.partition(": ")
            yield self._note(key, rest) if colon else self._margin("=", visible(note))
        if d.waiver:
            yield self._note("waived", d.waiver)
        yield self._note("docs", f"taploom explain {d.code}")

    def _labelled(self, span: Span, text: str) -> list[str]:
        snippet = self._snippet(span, "-", text, _BLUE)
        if not snippet:
            return [self._note(text, str(span))]
        return [self._margin(":::", visible(str(span)), shift=-1), *snippet]

    def _snippet(self, span: Span, mark: str, text: str, color: str) -> list[str]:
        line = self._findings.line(span.file, span.line)
        if line is None:
            return []
        end = span.end_column - 1 if span.end_line == span.line else len(line)
        shown, before, width = excerpt(line, span.column - 1, end)
        below = mark * width + (f" {visible(text)}" if text else "")
        return [
            self._margin("|"),
            f"{self._paint(f'{span.line:>{self._gutter}} |', _BLUE)} {shown}".rstrip(),
            self._margin("|", " " * before + self._paint(below, color)),
        ]

    def _note(self, key: str, text: str) -> str:
        return self._margin("=", f"{self._paint(visible(key), _CYAN)}: {visible(text)}")

    def _margin(self, sign: str, text: str = "", shift: int = 0) -> str:
        left = " " * (self._gutter + 1 + shift)
        return f"{left}{self._paint(sign, _BLUE)} {text}".rstrip()

    def _paint(self, text: str, code: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self._findings.color else text
