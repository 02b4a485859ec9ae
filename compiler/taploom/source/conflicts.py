"""Finds merge conflicts in a spec by git's marks, which a YAML parser would report as other mistakes."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.span import Span
from taploom.source import codes
from taploom.source.characters import lines

_MARKS = ("<<<<<<<", "=======", ">>>>>>>")
"""Git's marks for the first line, the middle and the last line of a conflict (git-merge(1))."""


def conflicts(text: str, file: str) -> Iterator[Diagnostic]:
    """A diagnostic for each complete conflict in a text; a single mark may be a line of a block scalar."""
    if f"\n{_MARKS[2]}" not in text:
        return
    found: list[Span] = []
    for number, line in enumerate(lines(text), 1):
        mark = line[:7] if line[7:8] in ("", " ") else ""
        if mark == _MARKS[0]:
            found = []
        if mark in _MARKS[len(found) : len(found) + 1]:
            found.append(Span(file, number, 1, number, len(line) + 1))
        if len(found) == len(_MARKS):
            start, middle, end = found
            labels = (Label(middle, "the other side begins here"), Label(end, "the conflict ends here"))
            help_ = "keep the lines that you want from both sides, and delete the marks"
            yield Diagnostic(codes.CONFLICT, "an unresolved merge conflict begins here", start, help_, labels)
            found = []
