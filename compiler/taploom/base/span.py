"""Positions in the text that a user wrote.

A span travels with every fact from the tree to the rendered line, so it is kept to five plain fields and compares in
reading order, which is also the order in which diagnostics are shown. It is a named tuple, not a dataclass, because
each text of a site has one: a tuple is created four times as fast, and the garbage collector stops tracking it.
"""

from typing import NamedTuple


class Span(NamedTuple):
    """A range of text in one file.

    Attributes:
        file: path as the user would name it, relative to the current folder where possible.
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
        """`file:line:column`, the form that editors and terminals make a link of."""
        return f"{self.file}:{self.line}:{self.column}"


def start_of(file: str) -> Span:
    """The first character of a file: where a diagnostic about the file as a whole points."""
    return Span(file, 1, 1, 1, 1)
