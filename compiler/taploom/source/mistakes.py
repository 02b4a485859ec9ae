"""Explains the errors of a YAML parser in terms of the user's text.

libyaml reports "mapping values are not allowed in this context" for `fd00::`, and "did not find expected key" for a
stray bracket. A table maps the words of such an error to a function, which finds the cause in the text at its place.
"""

from collections.abc import Callable

import yaml

from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule
from taploom.base.frozen import dataclass
from taploom.base.span import Span, start_of
from taploom.source import codes
from taploom.source.characters import lines

_SEPARATE = " ,[]{}"


@dataclass(frozen=True, slots=True)
class _Complaint:
    """An error of the parser, with the text of the file.

    Attributes:
        text: lines of the file.
        file: path of the file.
        problem: message of the parser.
        context: construct that the parser was reading, in the parser's words.
        line: line of the problem, from 0.
        column: column of the problem, from 0.
        since: line and column, from 0, where the construct begins; the place of the problem if the parser states none.
    """

    text: tuple[str, ...]
    file: str
    problem: str
    context: str
    line: int
    column: int
    since: tuple[int, int]

    @property
    def here(self) -> str:
        """The text of the problem's line."""
        return self.text[self.line]

    @property
    def character(self) -> str:
        """The character at the problem; "" at the end of a line."""
        return self.here[self.column : self.column + 1]

    @property
    def at_end(self) -> bool:
        """Whether only blanks follow the problem."""
        return not any(map(str.strip, (self.here[self.column :], *self.text[self.line + 1 :])))

    def span(self, line: int, column: int, length: int = 1) -> Span:
        """A span in one line, cut at the end of the line."""
        end = min(column + length, len(self.text[line]))
        return Span(self.file, line + 1, column + 1, line + 1, max(end, column) + 1)

    def at_problem(self, rule: DiagnosticRule, message: str, help_: str, length: int = 1) -> Diagnostic:
        """A diagnostic at the problem."""
        return Diagnostic(rule, message, self.span(self.line, self.column, length), help_)

    def at_start(self, rule: DiagnosticRule, message: str, help_: str, *labels: Label, length: int = 1) -> Diagnostic:
        """A diagnostic at the beginning of the construct."""
        return Diagnostic(rule, message, self.span(*self.since, length), help_, labels)

    def label(self, text: str, *, since: bool = False) -> Label:
        """A label at the problem, or at the beginning of the construct."""
        return Label(self.span(*self.since) if since else self.span(self.line, self.column), text)


def explained(error: yaml.YAMLError, text: str, file: str) -> Diagnostic:
    """A diagnostic for a parser's error, with its cause and a way to correct it."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        message = " ".join(str(error).split())
        return Diagnostic(codes.SYNTAX, f"YAML cannot be read: {message}", start_of(file), "write it in a simpler form")
    context = getattr(error, "context_mark", None) or mark
    split = lines(text)
    line, column = _within(split, mark.line, mark.column)
    problem, doing = getattr(error, "problem", None) or "", getattr(error, "context", None) or ""
    complaint = _Complaint(split, file, problem, doing, line, column, _within(split, context.line, context.column))
    for words, explain in _EXPLANATIONS:
        if words in problem or words in doing:
            return explain(complaint)
    return complaint.at_problem(codes.SYNTAX, problem or "this is not YAML", "write the line in a simpler form")


def _within(text: tuple[str, ...], line: int, column: int) -> tuple[int, int]:
    """A place from the parser, moved to the end of the file if it is after the end."""
    if line >= len(text):
        return len(text) - 1, len(text[-1])
    return line, min(column, len(text[line]))


def _colon(c: _Complaint) -> Diagnostic:
    before = c.here[: c.column]
    start = max(map(before.rfind, _SEPARATE)) + 1
    word = c.here[start : c.column + 1]
    if ":" in word[:-1] and word[0] not in "'\"" and not c.here[c.column + 1 : c.column + 2].strip():
        return Diagnostic(codes.QUOTES, _ends_in_colon(word), c.span(c.line, start, len(word)), _quoted(word))
    if ": " in before:
        help_ = "put the value in quotes, or begin a line of its own"
        return c.at_problem(codes.QUOTES, "this line has a second colon that is followed by a space", help_)
    above = next((n for n in range(c.line - 1, -1, -1) if c.text[n].strip()), c.line)
    if ": " in c.text[above] or c.text[above].rstrip().endswith(":"):
        indent = len(c.here) - len(c.here.lstrip())
        message = "this line is indented deeper than the entry above, which already has a value"
        span = c.span(c.line, indent, c.column - indent)
        return Diagnostic(codes.SYNTAX, message, span, "align it with the line above")
    word = c.text[above].strip()
    span = c.span(above, c.text[above].index(word), len(word))
    help_ = "a key ends in a colon and a space: `name: value`"
    return Diagnostic(codes.SYNTAX, f"`{_short(word)}` is neither a key nor part of the value above", span, help_)


def _colon_in_flow(c: _Complaint) -> Diagnostic:
    line, start = c.since
    word = c.here[start : c.column + 1] if line == c.line else c.here[: c.column + 1].lstrip()
    return Diagnostic(
        codes.QUOTES, _ends_in_colon(word), c.span(c.line, c.column + 1 - len(word), len(word)), _quoted(word)
    )


def _ends_in_colon(word: str) -> str:
    return f"`{_short(word)}` ends in a colon, so YAML reads it as a key"


def _quoted(word: str) -> str:
    return f'put it in quotes: "{_short(word)}"'


def _first_character(c: _Complaint) -> Diagnostic:
    if c.character == "\t":
        return _tab(c)
    shown = "a backtick" if c.character == "`" else f"`{c.character}`"
    message = f"a text without quotes cannot begin with {shown}"
    return c.at_problem(codes.QUOTES, message, "put the text in double quotes")


def _tab(c: _Complaint) -> Diagnostic:
    column = c.here.find("\t")
    length = len(c.here) - len(c.here[column:].lstrip("\t")) - column
    return Diagnostic(codes.TAB, "a tab indents this line", c.span(c.line, column, length), "indent with spaces")


def _open_quote(c: _Complaint) -> Diagnostic:
    quote = c.text[c.since[0]][c.since[1] : c.since[1] + 1]
    return c.at_start(codes.UNCLOSED, f"the quote {quote} is never closed", f"add {quote} where the text ends")


def _open_bracket(c: _Complaint) -> Diagnostic:
    opened = c.text[c.since[0]][c.since[1] : c.since[1] + 1]
    closing = {"[": "]", "{": "}"}.get(opened, "a bracket")
    if c.character in ("[", "{") and c.here[: c.column][-1:] not in ("", " ", "'", '"'):
        message = f"`{c.character}` is in a text without quotes"
        return c.at_problem(codes.QUOTES, message, "put the text in double quotes")
    if c.at_end or c.line > c.since[0] or c.character in ("]", "}"):
        labels = () if c.at_end else (c.label("it should be closed before this"),)
        return c.at_start(codes.UNCLOSED, f"`{opened}` is never closed", f"add `{closing}`", *labels)
    message = f"a comma or `{closing}` is missing before this"
    help_ = "separate entries by commas; put a text with brackets, braces or `: ` in quotes"
    return Diagnostic(
        codes.SYNTAX, message, c.span(c.line, c.column), help_, (c.label(f"`{opened}` is here", since=True),)
    )


def _no_value(c: _Complaint) -> Diagnostic:
    if c.character and c.character in "]}":
        return _closes_nothing(c)
    if c.here.startswith("::", c.column):
        rest = c.here[c.column :]
        word = rest[: min((n for n, character in enumerate(rest) if character in _SEPARATE), default=len(rest))]
        message = f"`{_short(word)}` begins with a colon, so YAML reads it as the end of a key"
        return c.at_problem(codes.QUOTES, message, _quoted(word), len(word))
    if c.character == ":":
        return c.at_problem(codes.KEY, "an entry has no key", "write a name before the colon")
    if c.character == ",":
        return c.at_problem(codes.SYNTAX, "there is nothing before this comma", "remove it, or write the value")
    if c.at_end:
        return c.at_problem(codes.UNCLOSED, "the file ends inside of brackets or braces", "close them")
    return c.at_problem(codes.SYNTAX, "a value was expected here", "write the value, or remove the line")


def _closes_nothing(c: _Complaint) -> Diagnostic:
    return c.at_problem(
        codes.UNCLOSED, f"`{c.character}` closes nothing", "remove it, or open it where the list begins"
    )


def _no_key(c: _Complaint) -> Diagnostic:
    before = c.here[: c.column].rstrip()
    if c.character and c.character in "]}":
        return _closes_nothing(c)
    if before.endswith(("'", '"', "]", "}")):
        message = f"the value ends at `{before[-1]}`, and more text follows"
        return c.at_problem(codes.SYNTAX, message, "put the whole value in one pair of quotes")
    opened = (c.label("the block begins here", since=True),)
    if c.here.lstrip().startswith("- "):
        message, help_ = "a list item is in the place of an entry", "indent it below its key, or remove the dash"
    else:
        message, help_ = "this line is not aligned with a line above", "align it with the entry to which it belongs"
    return Diagnostic(codes.SYNTAX, message, c.span(c.line, c.column), help_, opened)


def _no_dash(c: _Complaint) -> Diagnostic:
    opened = (c.label("the list begins here", since=True),)
    help_ = "begin the line with `- `, or indent it less"
    return Diagnostic(codes.SYNTAX, "an item of a list must begin with a dash", c.span(c.line, c.column), help_, opened)


def _no_colon(c: _Complaint) -> Diagnostic:
    line, column = c.since
    word = c.text[line][column:].split(" #")[0].rstrip()
    message = f"`{_short(word)}` is neither a key nor part of the value above"
    help_ = "a key ends in a colon and a space: `name: value`"
    return c.at_start(codes.SYNTAX, message, help_, length=len(word))


def _bare_mark(c: _Complaint) -> Diagnostic:
    mark = c.text[c.since[0]][c.since[1] : c.since[1] + 1]
    message = f"a text without quotes cannot begin with `{mark}`"
    return c.at_start(codes.QUOTES, message, "put the text in double quotes")


def _tag(c: _Complaint) -> Diagnostic:
    return c.at_start(
        codes.TAG, "this is a tag or a text that begins with `!`", "remove the tag, or put the text in quotes"
    )


def _escape(c: _Complaint) -> Diagnostic:
    start = c.here.rfind("\\", 0, c.column + 1)
    message = f"`{c.here[start : start + 2]}` is not an escape of YAML, or lacks digits"
    span = c.span(c.line, start, max(c.column - start + 1, 2))
    return Diagnostic(codes.SYNTAX, message, span, r"write `\\`, or use single quotes")


def _directive(c: _Complaint) -> Diagnostic:
    return c.at_start(codes.DIRECTIVE, "a directive changes how YAML is read", "remove the line")


def _after_end(c: _Complaint) -> Diagnostic:
    if not any(line.startswith(("---", "...")) for line in c.text[: c.line]):
        return c.at_problem(
            codes.SYNTAX, "this line is indented less than the first one", "align it with the first one"
        )
    help_ = "remove `---` and `...`, or move the text after them to a separate file"
    return c.at_problem(codes.DOCUMENTS, "text follows the end of the document", help_)


def _list_in_line(c: _Complaint) -> Diagnostic:
    help_ = "begin the list on the next line, or write `[a, b]`; put a text that begins with a dash in quotes"
    return c.at_problem(codes.SYNTAX, "a list with dashes cannot begin on the line of its key", help_)


def _question_mark(c: _Complaint) -> Diagnostic:
    return c.at_problem(codes.QUOTES, "a text without quotes cannot begin with `? `", "put the text in double quotes")


def _block_text(c: _Complaint) -> Diagnostic:
    help_ = "begin the text on the next line; put a text that begins with `|` or `>` in quotes"
    return c.at_start(codes.SYNTAX, "text follows the mark of a block of text", help_)


def _short(word: str) -> str:
    return word if len(word) <= 40 else f"{word[:39]}…"


_EXPLANATIONS: tuple[tuple[str, Callable[[_Complaint], Diagnostic]], ...] = (
    ("while scanning a directive", _directive),
    ("%YAML directive", _directive),
    ("%TAG directive", _directive),
    ("YAML document", _directive),
    ("mapping values are not allowed", _colon),
    ("found unexpected ':'", _colon_in_flow),
    ("cannot start any token", _first_character),
    ("found a tab character", _tab),
    ("while scanning a quoted scalar", _open_quote),
    ("tag", _tag),
    ("escape", _escape),
    ("hexdecimal", _escape),
    ("while scanning an a", _bare_mark),
    ("while scanning a block scalar", _block_text),
    ("did not find expected ',' or", _open_bracket),
    ("expected node content", _no_value),
    ("expected key", _no_key),
    ("expected '-' indicator", _no_dash),
    ("could not find expected ':'", _no_colon),
    ("document start", _after_end),
    ("block sequence entries are not allowed", _list_in_line),
    ("mapping keys are not allowed", _question_mark),
)
"""Words of libyaml 0.2 (scanner.c, parser.c) in `problem` or `context` of an error, with the function that explains
it; the first match counts."""
