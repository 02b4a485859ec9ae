"""Zones and policy, read from left to right: who sends, by which entries, to whom.

A zone that sends and receives stands on both sides. Drawn once each, a real policy has lines both ways between most
zones, and no layout keeps them apart; so drawn twice, no line turns back. Every entry has a row of its own, which names
its receivers in their colours; a line stands for all entries of a sender that let it reach a zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netloom.plan.policy import Action
from netloom.plan.site import Plan, Zone
from netloom.report import wording
from netloom.site.dot import Cell, Edge, End, Graph, Node, Table, Text
from netloom.site.palette import ALLOWED, DENIED, LINE, MUTED, OUTSIDE, PUBLISHED, TEXT, Paint, Tone
from netloom.site.traffic import HOSTS
from netloom.site.traffic import Cell as Traffic

ANY = "any"
"""The sender of entries that are from everybody."""
_ROWS_SHOWN = 14
_LETTERS_SHOWN = 34


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry as one of its senders sees it.

    Attributes:
        sign: what it does.
        what: services or ports.
        whom: the destination as the spec says it.
        receivers: the zones where that is.
        url: the page that tells more.
    """

    sign: str
    color: str
    what: str
    whom: str
    receivers: tuple[str, ...]
    url: str


def zones_graph(plan: Plan, paint: Paint, cells: Mapping[tuple[str, str], Traffic]) -> Graph:
    """All senders, entries and receivers of a plan."""
    rows = _rows(plan, cells)
    zones = {zone.name: zone for zone in plan.zones}
    order = [*(z.name for z in plan.zones if z.uplinks), *(z.name for z in plan.zones if not z.uplinks), HOSTS, ANY]
    senders = [name for name in order if name in rows]
    receivers = [name for name in order if any(name in row.receivers for found in rows.values() for row in found)]
    left = [_zone(plan, f"from-{name}", name, zones.get(name), paint) for name in senders]
    right = [_zone(plan, f"to-{name}", name, zones.get(name), paint) for name in receivers]
    widths = _widths(rows)
    middle = [_entries(name, rows[name], paint, widths) for name in senders]
    columns = tuple(tuple(node.name for node in column) for column in (left, middle, right) if column)
    edges = [edge for name in senders for edge in _edges(name, rows[name], _tone(name, paint).ink)]
    return Graph("zones", (*left, *middle, *right), (), columns, (), tuple(edges), (0.16, 1.1))


def _rows(plan: Plan, cells: Mapping[tuple[str, str], Traffic]) -> dict[str, list[_Row]]:
    """The rows of each sender: forwards, then what is allowed, then what is denied."""
    found: dict[str, list[_Row]] = {}
    for forward in plan.forwards:
        pairs = [pair for pair, cell in cells.items() if forward.name in cell.forwards]
        ports = " ".join(map(wording.service, forward.ports))
        for sender in sorted({one for one, _ in pairs}):
            to = tuple(sorted({other for one, other in pairs if one == sender}))
            url = f"forwards/#{forward.name}"
            found.setdefault(sender, []).append(_Row("⇤", PUBLISHED.ink, ports, forward.guest, to, url))
    for action, sign, color in ((Action.ALLOW, "✓", ALLOWED.ink), (Action.DENY, "✕", DENIED.ink)):
        for rule in plan.rules:
            if rule.action is not action:
                continue
            pairs = [pair for pair, cell in cells.items() if rule.name in cell.rules]
            anybody = rule.sources == (ANY,)
            for sender in [ANY] if anybody and pairs else sorted({one for one, _ in pairs}):
                to = tuple(sorted({other for one, other in pairs if anybody or one == sender}))
                whom = ", ".join(rule.destinations)
                row = _Row(sign, color, ", ".join(rule.services), whom, to, f"policy/#{rule.name}")
                found.setdefault(sender, []).append(row)
    return found


def _zone(plan: Plan, node: str, name: str, zone: Zone | None, paint: Paint) -> Node:
    tone = _tone(name, paint)
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
        (Cell(Text(name, 14, tone.ink, bold=True), "CENTER", width=96),),
        (Cell(Text(_cut(below), 9, MUTED.ink), "CENTER"),),
    )
    return Node(node, Table(rows, tone.ink, tone.fill, 2, padding=4), "zone", url, tooltip)


def _tone(name: str, paint: Paint) -> Tone:
    return paint.zone(name) if name in paint.zones else OUTSIDE


def _entries(sender: str, rows: Sequence[_Row], paint: Paint, widths: tuple[int, int]) -> Node:
    """A card with a row for each entry: what it does, to whom, and in the last cell the zones where that is."""
    lines: list[tuple[Cell, ...]] = [
        (
            Cell(Text(row.sign, 10, row.color, bold=True)),
            Cell(Text(_cut(row.what), 9.5, TEXT.ink, bold=True, mono=True), width=widths[0]),
            Cell(Text(f"→ {_cut(row.whom)}", 9, MUTED.ink), width=widths[1]),
            _pill(row.receivers, paint),
        )
        for row in rows[:_ROWS_SHOWN]
    ]
    if len(rows) > _ROWS_SHOWN:
        lines.append((Cell(Text(f"and {len(rows) - _ROWS_SHOWN} more", 9, MUTED.ink), span=4),))
    card = Table(tuple(lines), LINE.ink, TEXT.fill, padding=2)
    return Node(f"by-{sender}", card, "flow", "policy/#matrix", f"what {sender} may do")


def _widths(rows: Mapping[str, Sequence[_Row]]) -> tuple[int, int]:
    """Widths of what and whom in which all words have room, so that all cards are equally wide."""
    found = [row for some in rows.values() for row in some]
    what, whom = (max((len(_cut(text)) for text in texts), default=0) for texts in (
        [row.what for row in found], [row.whom for row in found],
    ))  # fmt: skip
    return round(what * 5.8) + 6, round(whom * 4.6) + 16


def _pill(receivers: Sequence[str], paint: Paint) -> Cell:
    tone = _tone(receivers[0], paint) if len(receivers) == 1 else OUTSIDE
    return Cell(Text(_cut(", ".join(receivers)), 9, tone.ink, bold=True), "CENTER", fill=tone.fill, width=104)


def _edges(sender: str, rows: Sequence[_Row], color: str) -> list[Edge]:
    """From the sender to its card, and from there to every zone that something lets it reach."""
    found = [Edge(End(f"from-{sender}", side="e"), End(f"by-{sender}", side="w"), color, width=2.2, weight=8)]
    reached = sorted({receiver for row in rows if row.color != DENIED.ink for receiver in row.receivers})
    for receiver in reached:
        tail, head = End(f"by-{sender}", side="e"), End(f"to-{receiver}", side="w")
        found.append(Edge(tail, head, color, f"{sender} to {receiver}", 1.5, arrow=True))
    return found


def _cut(text: str) -> str:
    return text if len(text) <= _LETTERS_SHOWN else f"{text[: _LETTERS_SHOWN - 1]}…"
