"""The picture of a change: both plans in one, with marks on added, removed and changed objects.

For a large site the picture has only the hosts and guests that change, and at most as many as a reader can tell apart.
"""

from collections import Counter
from dataclasses import replace

from taploom.diagrams import cards
from taploom.diagrams.crowd import HOSTS_DRAWN
from taploom.diagrams.dot import Graph, GraphNode
from taploom.diagrams.marking import ADDED, OTHER, REMOVED, TONES, WORDS, marks
from taploom.diagrams.palette import MUTED, NO_PAINT, Paint, paint
from taploom.diagrams.topology import CARDS_SHOWN, picture
from taploom.diagrams.union import union_of
from taploom.diff.model import Change, ChangeAction, ObjectChange
from taploom.plan.guest import Guest
from taploom.plan.site import Plan

_SIGNS = {ChangeAction.ADD: ADDED, ChangeAction.REMOVE: REMOVED, ChangeAction.CHANGE: OTHER, ChangeAction.RENAME: OTHER}
_KINDS = {"policy": "rule"}
_DRAWN = ("zone", "network", "host", "guest", "forward")
_TITLE = 44
"""Maximum length of a title in the legend, in characters; paths are often longer."""


def difference_graph(before: Plan, after: Plan, change: Change, known: Paint = NO_PAINT) -> tuple[Graph, Paint]:
    """The picture, and the colours that it is painted with.

    Args:
        before: the base.
        after: the head.
        change: the differences of these two.
        known: colours that networks and zones have in other pictures.
    """
    names = {one.was: one.name for one in change.objects if one.was}
    whole = union_of(before, after, names)
    colors = paint(whole, known)
    guests = _guests(whole, change)
    old = {one.was: one.name for one in change.objects if one.was.startswith("guest/")}
    shown = {guest.name for guest in guests}
    hosts = _hosts(whole, change, {guest.host for guest in guests})
    sides = [
        picture(
            "side", plan, colors,
            [host for host in plan.hosts if host.name in hosts],
            [g for g in plan.guests if old.get(f"guest/{g.name}", f"guest/{g.name}").partition("/")[2] in shown],
        )
        for plan in (before, after)
    ]  # fmt: skip
    renamed = {_card(one.was): _card(one.name) for one in change.objects if one.was}
    changed = [_card(one.name) for one in change.objects if one.action is ChangeAction.CHANGE and tells(one)]
    found = marks(sides[0], sides[1], renamed, changed)
    drawn = [host for host in whole.hosts if host.name in hosts]
    return picture("difference", whole, colors, drawn, guests, found, legend(change)), colors


def shows(change: Change) -> bool:
    """Whether the picture shows anything of a change; it does not show policy, services and addresses, for example."""
    return any(one.kind in _DRAWN and (one.action is not ChangeAction.CHANGE or tells(one)) for one in change.objects)


def tells(one: ObjectChange) -> bool:
    """Whether more than an object's description, owner and link have changed."""
    return any(field.name not in ("description", "owner", "link") for field in one.fields)


def _card(name: str) -> str:
    """Name of the card of an object."""
    kind, _, rest = name.partition("/")
    return f"{kind}-{rest}"


def _touched(change: Change) -> set[str]:
    """Names of guests that a change is about, or that a changed forward leads to."""
    found = {one.name.partition("/")[2] for one in change.objects if one.kind == "guest"}
    forwards = [one for one in change.objects if one.kind == "forward"]
    found |= {str(v) for one in forwards for f in one.fields if f.name == "to" for v in (f.before, f.after) if v}
    return found


def _guests(whole: Plan, change: Change) -> list[Guest]:
    if len(whole.guests) <= CARDS_SHOWN and len(whole.hosts) <= HOSTS_DRAWN:
        return list(whole.guests)
    touched = _touched(change)
    return [guest for guest in whole.guests if guest.name in touched][:CARDS_SHOWN]


def _hosts(whole: Plan, change: Change, beside: set[str]) -> set[str]:
    if len(whole.hosts) <= HOSTS_DRAWN:
        return {host.name for host in whole.hosts}
    touched = beside | {one.host for one in change.objects if one.host}
    return set(sorted(touched & {host.name for host in whole.hosts})[:HOSTS_DRAWN])


def legend(change: Change) -> GraphNode:
    """The legend, with rows such as `+ added: 1 guest, 1 forward`."""
    counted: dict[str, Counter[str]] = {ADDED: Counter(), REMOVED: Counter(), OTHER: Counter()}
    for one in change.objects:
        counted[_SIGNS[one.action]][_KINDS.get(one.kind, one.kind)] += 1
    rows = [
        (sign, TONES[sign].ink, f"{WORDS[sign]}: {_counts(found)}" if found else f"nothing {WORDS[sign]}")
        for sign, found in counted.items()
    ]
    if not change.objects:
        rows = [(OTHER, MUTED.ink, "no object of the spec")]
    title = f"{change.before} → {change.after}"
    return _roomy(cards.legend(rows, title if len(title) <= _TITLE else "What changes"))


def _roomy(node: GraphNode) -> GraphNode:
    """The card with wider cells, as a reader's fonts may be wider than the site's."""
    assert node.label is not None
    rows = tuple(
        replace(row, cells=tuple(replace(cell, width=cell.wide * 9 // 8) for cell in row.cells))
        for row in node.label.rows
    )
    return replace(node, label=replace(node.label, rows=rows))


def _counts(found: Counter[str]) -> str:
    return ", ".join(f"{count} {_plural(kind, count)}" for kind, count in sorted(found.items()))


def _plural(kind: str, count: int) -> str:
    return kind if count == 1 else f"{kind}es" if kind.endswith("s") else f"{kind}s"
