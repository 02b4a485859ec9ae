"""Marks added, removed and changed objects in a picture, each by a sign, a word, a line style and a colour.

Cards of the same name in the two plans are compared row by row, so the picture shows every text that differs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from taploom.base.frozen import dataclass
from taploom.diagrams.dot import NIC, SPINE, About, CardRow, CardTable, Cell, Edge, Graph, GraphNode, StyledText
from taploom.diagrams.palette import ALLOWED, CHANGED, DENIED, Tone

ADDED, REMOVED, OTHER = "+", "\N{MINUS SIGN}", "~"
WORDS = {ADDED: "added", REMOVED: "removed", OTHER: "changed"}
TONES = {ADDED: ALLOWED, REMOVED: DENIED, OTHER: CHANGED}
_STRONG, _WAS = 2, 8.5


@dataclass(frozen=True)
class Marks:
    """The cards and lines of base and head, by which the picture is marked.

    Attributes:
        before: cards of the base, by the name that they have in the head.
        after: cards of the head.
        lines: lines of the base and of the head, by `_line`.
        changed: names of cards whose object changes, whether the card shows the change or not.
    """

    before: Mapping[str, GraphNode]
    after: Mapping[str, GraphNode]
    lines: tuple[Mapping[object, Edge], Mapping[object, Edge]]
    changed: frozenset[str]

    def card(self, node: GraphNode) -> GraphNode:
        """A card of the picture with its marks."""
        old, new = self.before.get(node.name), self.after.get(node.name)
        if node.label is None or node.kind == SPINE or (old is None and new is None):
            return node
        if old is None or new is None:
            return _whole(node, ADDED if old is None else REMOVED)
        assert old.label is not None
        assert new.label is not None
        return _compared(node, old.label.rows, new.label.rows, changed=node.name in self.changed)

    def edge(self, edge: Edge) -> Edge:
        """A line of the picture with its marks."""
        old, new = (side.get(_line(edge)) for side in self.lines)
        if (old is None and new is None) or edge.kind == SPINE:
            return edge
        if old is None or new is None:
            sign = ADDED if old is None else REMOVED
            said = f"{edge.tooltip}: {WORDS[sign]}"
            return replace(edge, color=TONES[sign].ink, width=2.6, dashed=sign == REMOVED, tooltip=said)
        if old.dashed != new.dashed:
            return replace(edge, color=CHANGED.ink, width=2.6, tooltip=f"{edge.tooltip}: {WORDS[OTHER]}")
        return edge


def marks(before: Graph, after: Graph, names: Mapping[str, str], changed: Iterable[str]) -> Marks:
    """The marks of a change.

    Args:
        before: picture of the base.
        after: picture of the head.
        names: for each renamed object, the new name of its card, by the old name.
        changed: names of the cards of changed objects.
    """
    old = {names.get(node.name, node.name): node for node in _nodes(before)}
    ends = {edge: replace(edge, head=replace(edge.head, node=names.get(edge.head.node, edge.head.node)))
            for edge in before.edges}  # fmt: skip
    lines = ({_line(edge): edge for edge in ends.values()}, {_line(edge): edge for edge in after.edges})
    return Marks(old, {node.name: node for node in _nodes(after)}, lines, frozenset(changed))


def _nodes(graph: Graph) -> Iterable[GraphNode]:
    return (*graph.nodes, *(node for cluster in graph.clusters for node in cluster.nodes))


def _line(edge: Edge) -> object:
    """The key by which an edge is found in both pictures.

    An edge to a NIC has both ends as its key. Any other edge has only the end that it points to, because the node from
    which it comes may be a spine, the bar of many edges, in only one of the pictures.
    """
    port = (edge.tail.node, edge.tail.port) if edge.kind == NIC else ()
    return port, edge.head.node, edge.head.port if port else ""


def _whole(node: GraphNode, sign: str) -> GraphNode:
    """An added or removed card."""
    assert node.label is not None
    tone = TONES[sign]
    head, *rest = node.label.rows
    rows = (_titled(head, sign), *(_toned(row, tone) for row in rest))
    table = replace(node.label, rows=rows, color=tone.ink, border=_STRONG, dashed=sign == REMOVED)
    return replace(node, label=table, tooltip=f"{node.tooltip}: {WORDS[sign]}")


def _titled(row: CardRow, sign: str) -> CardRow:
    """A title row with the word of the sign in its last cell; a guest's published ports stay in front of the word."""
    first, *rest = row.cells
    tone, said = TONES[sign], f"{sign} {WORDS[sign]}"
    badge = rest[-1].text.text if rest and rest[-1].badge else ""
    word = StyledText(f"{badge}  {said}".strip(), rest[-1].text.size if rest else first.text.size, tone.ink, bold=True)
    title = replace(first, text=replace(first.text, color=tone.ink))
    return replace(row, cells=(title, *rest[:-1], replace(rest[-1], text=word)) if rest else (title,))


def _toned(row: CardRow, tone: Tone) -> CardRow:
    return replace(
        row,
        cells=tuple(
            replace(cell, text=replace(cell.text, color=tone.ink), fill=tone.fill if cell.fill else "")
            for cell in row.cells
        ),
    )


def _compared(node: GraphNode, old: Sequence[CardRow], new: Sequence[CardRow], *, changed: bool) -> GraphNode:
    """A card that both sides have, with marks on rows that are added, removed or changed."""
    assert node.label is not None
    had, has = {_content(row) for row in old[1:]}, {_content(row) for row in new[1:]}
    head, *rest = node.label.rows
    rows: list[CardRow] = []
    left = [row for row in old[1:] if _content(row) not in has and not _shown_elsewhere(row)]
    pairs = _paired([row for row in rest if _content(row) in has - had and row.about is not About.TALLY], left)
    was = [_was(old[0], new[0])] if _title(old[0]) != _title(new[0]) else []
    others = set(map(_content, pairs.values()))
    for row in rest:
        said = _content(row)
        known = (said in had, said in has)
        if said in pairs:
            rows += [row, _was(pairs[said], row)]
        elif known == (False, True) and row.about is not About.TALLY:
            rows.append(_signed(row, ADDED))
        elif known == (True, False) and said not in others:
            rows.append(_counted(row, new) or _signed(row, REMOVED))
            left = [one for one in left if _content(one) != said]
        elif said not in others:
            rows.append(row)
    left = [row for row in left if _content(row) not in others]
    changed = bool(changed or was or pairs or left)
    whole = (_titled(head, OTHER) if changed else head, *was, *rows, *(_was(row) for row in left))
    border, color = (_STRONG, CHANGED.ink) if changed else (node.label.border, node.label.color)
    tooltip = f"{node.tooltip}: {WORDS[OTHER]}" if changed else node.tooltip
    return replace(node, label=CardTable(whole, color, node.label.fill, border, node.label.spacing), tooltip=tooltip)


def _paired(new: Sequence[CardRow], old: Sequence[CardRow]) -> dict[object, CardRow]:
    """For each new row's `_content`, the old row that the new row replaces: the one that shows the same fact."""
    left, found = list(old), dict[object, CardRow]()
    for row in new:
        same = next((one for one in left if one.key == row.key), None)
        if same:
            found[_content(row)] = same
            left.remove(same)
    return found


def _counted(row: CardRow, new: Sequence[CardRow]) -> CardRow | None:
    """The new row that shows a count, if `row` is an old count: a changed count is replaced, not marked as removed."""
    return next((one for one in new[1:] if row.about is one.about is About.TALLY), None)


def _content(row: CardRow) -> tuple[object, ...]:
    """The fact of a row and its texts."""
    return row.key, *(cell.text.text for cell in row.cells)


def _shown_elsewhere(row: CardRow) -> bool:
    """Whether a removed row needs no mark, since another row (for a count) or card (for a port) is marked instead."""
    return row.about in (About.TALLY, About.PORT)


def _title(row: CardRow) -> str:
    return row.cells[0].text.text


def _signed(row: CardRow, sign: str) -> CardRow:
    toned = _toned(row, TONES[sign])
    first, *rest = toned.cells
    return replace(toned, cells=(replace(first, text=replace(first.text, text=f"{sign} {first.text.text}")), *rest))


def _was(row: CardRow, now: CardRow | None = None) -> CardRow:
    """The old row, with its first text struck out, or its second text if only the second has changed."""
    wide = sum(cell.span for cell in row.cells)
    at = 1 if len(row.cells) > 1 and now and _title(row) == _title(now) else 0
    gone = replace(row.cells[at].text, color=CHANGED.ink, struck=True, bold=False)
    struck, word = Cell(gone, fill=CHANGED.fill), Cell(StyledText("was", _WAS, CHANGED.ink), fill=CHANGED.fill)
    if wide == 1:
        return CardRow((struck,))
    return CardRow((replace(struck, span=wide - 1), word) if at == 0 else (word, struck))
