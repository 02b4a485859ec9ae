"""The picture of a change to policy: the entries of each sender that are added, removed or changed, and no others.

It replaces the picture of the topology if the topology does not change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from taploom.base.frozen import dataclass
from taploom.diagrams.difference import legend, tells
from taploom.diagrams.dot import CardRow, CardTable, Cell, Graph, GraphNode, StyledText
from taploom.diagrams.geometry import levelled
from taploom.diagrams.marking import ADDED, OTHER, REMOVED, TONES, WORDS
from taploom.diagrams.palette import LINE, MUTED, NO_PAINT, TEXT, Paint, paint
from taploom.diagrams.policy_matrix import matrix
from taploom.diagrams.policy_rows import PolicyRow, rows_of
from taploom.diagrams.union import union_of
from taploom.diagrams.zones import cells_of, line, ordered, zone_card
from taploom.diff.model import Change, ChangeAction
from taploom.plan.site import Plan

_ROWS_SHOWN, _SENDERS_SHOWN = 14, 24
_WAS = "was"


@dataclass(frozen=True, slots=True)
class ChangedEntry:
    """A changed entry of one sender.

    Attributes:
        sign: whether it is added, removed or changed.
        row: the entry as it is now, or as it was if it is removed.
        was: the old form of a changed entry whose texts differ; else None.
    """

    sign: str
    row: PolicyRow
    was: PolicyRow | None = None


def policy_graph(before: Plan, after: Plan, change: Change, known: Paint = NO_PAINT) -> tuple[Graph, Paint] | None:
    """The picture, and the colours that it is painted with; None if no entry of policy changes.

    Args:
        before: the base.
        after: the head.
        change: the differences of these two.
        known: colours that zones have in other pictures.
    """
    changed = _changed_entries(before, after, change)
    if not changed:
        return None
    whole = union_of(before, after, {})
    colors = paint(whole, known)
    senders = ordered(whole, changed)[:_SENDERS_SHOWN]
    left = levelled([zone_card(whole, f"from-{name}", name, colors) for name in senders])
    middle = levelled([_card(name, changed[name], colors) for name in senders])
    said = legend(change)
    columns = ((said.name,), tuple(node.name for node in left), tuple(node.name for node in middle))
    lines = tuple(line(name, colors) for name in senders)
    return Graph("difference", (said, *left, *middle), (), columns, (), lines, (0.16, 0.5)), colors


def _changed_entries(before: Plan, after: Plan, change: Change) -> Mapping[str, list[ChangedEntry]]:
    """The changed entries by sender."""
    old, new = (rows_of(plan, matrix(plan), apart=True) for plan in (before, after))
    policy = [one for one in change.objects if one.kind == "policy"]
    names = {one.was: one.name for one in policy if one.was}
    touched = {one.name for one in policy if one.action is ChangeAction.RENAME or tells(one)}
    had = {sender: {names.get(row.entry, row.entry): row for row in rows} for sender, rows in old.items()}
    has = {sender: {row.entry: row for row in rows} for sender, rows in new.items()}
    found = {sender: _of(had.get(sender, {}), has.get(sender, {}), touched) for sender in sorted({*had, *has})}
    return {sender: changed for sender, changed in found.items() if changed}


def _of(had: Mapping[str, PolicyRow], has: Mapping[str, PolicyRow], touched: set[str]) -> list[ChangedEntry]:
    """The changed entries of one sender; those that still exist come first."""
    changed = []
    for entry, row in has.items():
        was = had.get(entry)
        if was is None:
            changed.append(ChangedEntry(ADDED, row))
        elif _content(was) != _content(row) or entry in touched:
            changed.append(ChangedEntry(OTHER, row, was if _content(was) != _content(row) else None))
    return changed + [ChangedEntry(REMOVED, row) for entry, row in had.items() if entry not in has]


def _content(row: PolicyRow) -> tuple[object, ...]:
    return row.name, row.sign, row.what, row.whom, row.receivers


def _card(sender: str, changed: Sequence[ChangedEntry], colors: Paint) -> GraphNode:
    lines: list[CardRow] = []
    for one in changed[:_ROWS_SHOWN]:
        lines.append(_line(one.sign, one.row.name, one.row, colors))
        if one.was:
            name = one.was.name if one.was.name != one.row.name else ""
            lines.append(_line(_WAS, name, one.was, colors))
    if len(changed) > _ROWS_SHOWN:
        lines.append(CardRow((Cell(StyledText(f"and {len(changed) - _ROWS_SHOWN} more", 9, MUTED.ink), span=5),)))
    return GraphNode(f"by-{sender}", CardTable(tuple(lines), LINE.ink, TEXT.fill), "flow")


def _line(sign: str, name: str, row: PolicyRow, colors: Paint) -> CardRow:
    """The row that the picture of the policy has for an entry, without links; old and removed texts are struck out."""
    tone = TONES.get(sign, TONES[OTHER])
    title = StyledText(f"{sign} {name}".strip(), 9.5, tone.ink, bold=True)
    does, what, whom, pill = cells_of(row, colors)
    gone = sign in (REMOVED, _WAS)
    said = (replace(cell, text=replace(cell.text, struck=gone), url="") for cell in (what, whom))
    return CardRow((Cell(title, fill=tone.fill, tooltip=f"{row.name}: {WORDS.get(sign, _WAS)}"), does, *said, pill))
