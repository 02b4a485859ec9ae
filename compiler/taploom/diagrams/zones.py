"""The picture of zones and policy, from left to right: senders, their entries, receivers.

A zone that sends and receives is drawn on both sides. With one card for each zone, a real policy would have lines in
both directions between most zones, which no layout keeps apart; with two, all lines go to the right. Every entry has a
row of its own, which names its receivers in their colours. Up to `ARROWS_SHOWN` arrows show which zones reach which.
Many senders are drawn in several pairs of columns, so that the picture is about as wide as high.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from taploom.diagrams.dot import CardRow, CardTable, Cell, Edge, EdgeEnd, Graph, GraphNode, StyledText
from taploom.diagrams.geometry import levelled
from taploom.diagrams.palette import DENIED, LINE, MUTED, OUTSIDE, TEXT, Paint, Tone
from taploom.diagrams.policy_matrix import HOSTS, ZoneTraffic
from taploom.diagrams.policy_rows import ANY, PolicyRow, rows_of
from taploom.plan.site import Plan

ARROWS_SHOWN = 12
"""Maximum number of arrows; above it, neither arrows nor receivers are drawn, as each entry names its receivers."""
_ROWS_SHOWN, _SENDERS_BELOW, _ACROSS = 14, 24, 2
_LETTERS_SHOWN = 34


def zones_graph(plan: Plan, paint: Paint, cells: Mapping[tuple[str, str], ZoneTraffic]) -> Graph:
    """All senders, entries and receivers of a plan."""
    rows = rows_of(plan, cells)
    senders = ordered(plan, rows)
    receivers = ordered(plan, {name for found in rows.values() for row in found for name in row.receivers})
    left = levelled([zone_card(plan, f"from-{name}", name, paint) for name in senders])
    middle = levelled([_entries(name, rows[name], paint) for name in senders])
    edges = [line(name, paint) for name in senders]
    arrows = [edge for name in senders for edge in _arrows(name, rows[name], paint)]
    right: Sequence[GraphNode] = ()
    if len(arrows) <= ARROWS_SHOWN:
        right = levelled([zone_card(plan, f"to-{name}", name, paint) for name in receivers])
        edges += arrows
    columns, pairs = _columns(left, middle)
    columns += [tuple(node.name for node in right)] if right else []
    return Graph("zones", (*left, *middle, *right), (), tuple(columns), tuple(pairs), tuple(edges), (0.16, 0.5))


def ordered(plan: Plan, names: Collection[str]) -> list[str]:
    """The given zones from top to bottom: those with uplinks, then other zones, then the hosts and `any`."""
    order = [*(z.name for z in plan.zones if z.uplinks), *(z.name for z in plan.zones if not z.uplinks), HOSTS, ANY]
    return [name for name in order if name in names]


def _columns(
    left: Sequence[GraphNode], middle: Sequence[GraphNode]
) -> tuple[list[tuple[str, ...]], list[tuple[str, str]]]:
    """The columns of senders and entries, split where they would be too high, and pairs for `Graph.ordered`."""
    across = min(_ACROSS, -(-len(left) // _SENDERS_BELOW)) or 1
    high = -(-len(left) // across) or 1
    parts = [slice(at, at + high) for at in range(0, len(left), high)]
    columns = [tuple(node.name for node in column[part]) for part in parts for column in (left, middle)]
    return columns, [(one[0], other[0]) for one, other in pairwise(columns)][1::2]


def zone_card(plan: Plan, node: str, name: str, paint: Paint) -> GraphNode:
    """The card of a zone, of the hosts or of everybody; `node` is its name in the picture."""
    tone = _tone(name, paint)
    zone = next((zone for zone in plan.zones if zone.name == name), None)
    if zone is None:
        below = ", ".join(host.name for host in plan.hosts) if name == HOSTS else "everybody"
        url = "hosts/" if name == HOSTS else ""
        tooltip = "the hosts themselves" if name == HOSTS else "any sender"
    else:
        guests = len({g.name for g in plan.guests for nic in g.nics if nic.network in zone.networks})
        parts = [", ".join(zone.networks) if zone.networks != (zone.name,) else "", ", ".join(zone.uplinks)]
        parts += [f"{guests} guest" + ("s" if guests != 1 else "")] if zone.networks else []
        below = " · ".join(part for part in parts if part)
        url, tooltip = f"zones/{name}/", zone.meta.description or f"zone {name}"
    rows = (
        CardRow((Cell(StyledText(name, 14, tone.ink, bold=True), "CENTER"),)),
        CardRow((Cell(StyledText(_cut(below), 9, MUTED.ink), "CENTER"),)),
    )
    return GraphNode(node, CardTable(rows, tone.ink, tone.fill, 2), "zone", url, tooltip)


def _tone(name: str, paint: Paint) -> Tone:
    return paint.zone(name) if name in paint.zones else OUTSIDE


def _entries(sender: str, rows: Sequence[PolicyRow], paint: Paint) -> GraphNode:
    """A card with a row for each entry: its sign, services, destination, and the destination's zones."""
    lines = [CardRow(cells_of(row, paint)) for row in rows[:_ROWS_SHOWN]]
    if len(rows) > _ROWS_SHOWN:
        lines.append(CardRow((Cell(StyledText(f"and {len(rows) - _ROWS_SHOWN} more", 9, MUTED.ink), span=4),)))
    return GraphNode(f"by-{sender}", CardTable(tuple(lines), LINE.ink, TEXT.fill), "flow")


def cells_of(row: PolicyRow, paint: Paint) -> tuple[Cell, ...]:
    """An entry as four cells."""
    return (
        Cell(StyledText(row.sign, 10, row.color, bold=True), "CENTER", width=20),
        Cell(StyledText(_cut(row.what), 9.5, TEXT.ink, bold=True, mono=True), url=row.url, tooltip=row.name),
        Cell(StyledText(f"→ {_cut(row.whom)}", 9, MUTED.ink)),
        _pill(row.receivers, paint),
    )


def _pill(receivers: Sequence[str], paint: Paint) -> Cell:
    tone, url = OUTSIDE, "zones/"
    if len(receivers) == 1:
        tone, url = _tone(receivers[0], paint), f"zones/{receivers[0]}/" if receivers[0] != HOSTS else "hosts/"
    return Cell(StyledText(_cut(", ".join(receivers)), 9, tone.ink, bold=True), "CENTER", fill=tone.fill, url=url)


def line(sender: str, paint: Paint) -> Edge:
    """The line from a sender to the card of its entries."""
    tail, head = EdgeEnd(f"from-{sender}", side="e"), EdgeEnd(f"by-{sender}", side="w")
    return Edge(tail, head, _tone(sender, paint).ink, f"policy entries of {sender}", 2.2, 8)


def _arrows(sender: str, rows: Sequence[PolicyRow], paint: Paint) -> list[Edge]:
    """The arrows from a sender's entries to every zone that an entry lets it reach."""
    ink = _tone(sender, paint).ink
    reached = sorted({receiver for row in rows if row.color != DENIED.ink for receiver in row.receivers})
    return [
        Edge(
            EdgeEnd(f"by-{sender}", side="e"), EdgeEnd(f"to-{other}", side="w"), ink, f"{sender} to {other}", arrow=True
        )
        for other in reached
    ]


def _cut(text: str) -> str:
    return text if len(text) <= _LETTERS_SHOWN else f"{text[: _LETTERS_SHOWN - 1]}…"
