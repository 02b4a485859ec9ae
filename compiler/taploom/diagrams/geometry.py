"""Aligns cards: gives their columns equal widths, and places cards so that edges between columns can be straight."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from taploom.diagrams.dot import SPINE, CardRow, CardTable, Cell, GraphNode, StyledText

_POINTS = 72
_KNOT = 6
"""Height of the place where a line meets a spine."""


def levelled(nodes: Sequence[GraphNode]) -> tuple[GraphNode, ...]:
    """The cards with aligned columns: in all cards, a column of cells has the width of its widest cell."""
    tables = [node.label for node in nodes if node.label]
    wide = _column_widths(tables)
    return tuple(replace(node, label=_widened(node.label, wide)) if node.label else node for node in nodes)


def _column_widths(tables: Iterable[CardTable]) -> list[int]:
    rows = [row for table in tables for row in table.rows]
    count = max((sum(cell.span for cell in row.cells) for row in rows), default=0)
    wide = [0] * count
    for row in rows:
        for column, cell in _placed(row):
            if cell.span == 1:
                wide[column] = max(wide[column], cell.wide)
    for row in rows:  # a cell that spans columns may be wider than all of them together
        lacking = max(
            (cell.wide - _span(wide, column, cell) for column, cell in _placed(row) if cell.span > 1), default=0
        )
        if lacking > 0:
            wide[-1] += lacking
    return wide


def _widened(table: CardTable, wide: Sequence[int]) -> CardTable:
    rows = (
        replace(row, cells=tuple(replace(cell, width=_span(wide, column, cell)) for column, cell in _placed(row)))
        for row in table.rows
    )
    return replace(table, rows=tuple(rows))


def _placed(row: CardRow) -> Iterable[tuple[int, Cell]]:
    column = 0
    for cell in row.cells:
        yield column, cell
        column += cell.span


def _span(wide: Sequence[int], column: int, cell: Cell) -> int:
    """Width of the columns that a cell takes, and of the gaps between them."""
    return sum(wide[column : column + cell.span]) + 2 * (cell.span - 1)


def stacked(heights: Iterable[float], gap: float) -> list[float]:
    """Tops of items that stand below each other, in points; `gap` in inches, as Graphviz has it."""
    tops, at = [], 0.0
    for height in heights:
        tops.append(at)
        at += height + gap * _POINTS
    return tops


def spine(
    name: str, color: str, heights: Iterable[tuple[str, float]], tooltip: str
) -> tuple[GraphNode, dict[str, str]]:
    """A slim bar that gathers lines, each at the height of the card that it comes from or leads to.

    Args:
        name: identity of the bar.
        color: colour of the bar.
        heights: name of each card, and the distance of its line from the top of all columns, in points.
        tooltip: text that explains the bar.

    Returns:
        The bar, and the port for each card.
    """
    rows: list[CardRow] = []
    ports: dict[str, str] = {}
    at = None
    for card, height in sorted(heights, key=lambda one: one[1]):
        if at is None or height - at >= _KNOT + 1:
            if at is not None:
                rows.append(CardRow((_bar(color, round(height - at - _KNOT)),)))
            rows.append(CardRow((_bar(color, _KNOT, f"at{len(rows)}"),)))
            at = height if at is None else at + _KNOT + round(height - at - _KNOT)
        ports[card] = rows[-1].cells[0].port
    return GraphNode(name, CardTable(tuple(rows), color, color, border=0, spacing=0), SPINE, tooltip=tooltip), ports


def _bar(color: str, height: int, port: str = "") -> Cell:
    return Cell(StyledText("", 8, color), port=port, fill=color, width=_KNOT, height=height)
