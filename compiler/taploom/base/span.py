"""Positions in the text that a user wrote.

Every value of a spec keeps its span until the output is rendered, so there are many spans, and a span has only five
plain fields. Spans compare in reading order, which is also the order of diagnostics in the output. A span is a named
tuple and not a dataclass: a tuple is created four times as fast, and the garbage collector stops tracking it.
"""

from typing import NamedTuple


class Span(NamedTuple):
    """A range of text in one file.

    Attributes:
        file: path of the file, relative to the current folder if possible.
        line: first line, counted from 1.
        column: first column, counted from 1, in characters.
        end_line: line of the last character.
        end_column: column after the last character, so that an empty span has `end_column == column`.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        """The position as `file:line:column`, which editors and terminals show as a link."""
        return f"{self.file}:{self.line}:{self.column}"


def start_of(file: str) -> Span:
    """The empty span at the start of a file, for a diagnostic about the whole file."""
    return Span(file, 1, 1, 1, 1)
