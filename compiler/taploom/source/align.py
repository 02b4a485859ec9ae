"""Aligns trailing comments: two blanks after the value, or in a column with the comments of neighbouring lines.

Comments of neighbouring lines that shared a column share a column again. If the gap between a value and its comment
was minimal anywhere, the column follows the values. If all gaps were wider, the author chose the column. Then it moves
only with the indentation, or to make room for a value.
"""

from collections.abc import Iterator, Mapping

from taploom.base.frozen import dataclass
from taploom.source.layout import YamlComment

GAP = 2
"""Minimum number of blanks between a value and a trailing comment."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A printed line with a trailing comment.

    Attributes:
        index: index of the line.
        column: old column of the comment.
        room: old number of blanks before the comment.
        needs: leftmost possible new column of the comment.
        shift: change of the line's indentation.
    """

    index: int
    column: int
    room: int
    needs: int
    shift: int


def with_comments(lines: list[str], behind: Mapping[int, YamlComment], source: list[str]) -> list[str]:
    """The lines with their trailing comments.

    Args:
        lines: the printed lines, without these comments.
        behind: the trailing comments, by index of their line.
        source: the lines of the old text.
    """
    found = list(lines)
    for run in _runs(lines, behind, source):
        needs = max(row.needs for row in run)
        chosen = run[0].column + max(row.shift for row in run)
        column = needs if min(row.room for row in run) <= GAP else max(needs, chosen)
        for row in run:
            found[row.index] = f"{lines[row.index].ljust(column)}{behind[row.index].text}"
    return found


def _runs(lines: list[str], behind: Mapping[int, YamlComment], source: list[str]) -> Iterator[list[_Row]]:
    """Runs of comments in one column; a run ends at an empty line or a comment in another column."""
    run: list[_Row] = []
    for index, line in enumerate(lines):
        comment = behind.get(index)
        if run and (not line or (comment and comment.column != run[0].column)):
            yield run
            run = []
        if comment:
            run.append(_row(index, line, comment, source[comment.line]))
    if run:
        yield run


def _row(index: int, line: str, comment: YamlComment, before: str) -> _Row:
    room = comment.column - len(before[: comment.column].rstrip())
    return _Row(index, comment.column, room, len(line) + GAP, indent_of(line) - indent_of(before))


def indent_of(line: str) -> int:
    """The number of blanks at the beginning of a line."""
    return len(line) - len(line.lstrip(" "))
