"""Zones and policy: each zone a card, and on the line between two of them a chip with what passes."""

from collections.abc import Iterable, Mapping, Sequence

from netloom.plan.policy import Action, Forward, Rule
from netloom.plan.site import Plan, Zone
from netloom.report import wording
from netloom.site.dot import Cell, Edge, End, Graph, Node, Table, Text
from netloom.site.palette import ALLOWED, DENIED, LINE, MUTED, OUTSIDE, PUBLISHED, TEXT, Paint
from netloom.site.traffic import HOSTS
from netloom.site.traffic import Cell as Traffic

ROWS_SHOWN = 6
_WORDS_SHOWN = 30


def zones_graph(plan: Plan, paint: Paint, cells: Mapping[tuple[str, str], Traffic]) -> Graph:
    """All zones of a plan with the policy between them."""
    present = {name for pair in cells for name in pair}
    zones = [zone for zone in plan.zones if zone.name in present or zone.networks]
    nodes = [_zone(plan, zone, paint) for zone in zones]
    nodes += [_hosts(plan)] if HOSTS in present else []
    chips, edges = [], []
    for sender, receiver in cells:
        if sender != receiver:
            chip = _chip(plan, sender, receiver, cells[sender, receiver])
            color = paint.zone(sender).ink
            chips.append(chip)
            edges.append(Edge(End(f"zone-{sender}", side="e"), End(chip.name, side="w"), color))
            edges.append(Edge(End(chip.name, side="e"), End(f"zone-{receiver}", side="w"), color, arrow=True))
    return Graph("zones", (*nodes, *chips), edges=tuple(edges), spacing=(0.22, 0.4))


def _zone(plan: Plan, zone: Zone, paint: Paint) -> Node:
    tone = paint.zone(zone.name)
    guests = len({g.name for g in plan.guests for nic in g.nics if nic.network in zone.networks})
    below = ", ".join(zone.networks) if zone.networks != (zone.name,) else ""
    count = f"{guests} guest" + ("s" if guests != 1 else "") if zone.networks else ""
    said = " · ".join(word for word in (below or ", ".join(zone.uplinks), count) if word)
    rows = (
        (Cell(Text(zone.name, 14, tone.ink, bold=True), "CENTER", width=92),),
        (Cell(Text(_cut(said), 9, MUTED.ink), "CENTER"),),
    )
    tooltip = zone.meta.description or f"zone {zone.name}"
    return Node(
        f"zone-{zone.name}", Table(rows, tone.ink, tone.fill, 2, padding=4), "zone", f"zones/{zone.name}/", tooltip
    )


def _hosts(plan: Plan) -> Node:
    names = ", ".join(host.name for host in plan.hosts)
    rows = (
        (Cell(Text("hosts", 14, OUTSIDE.ink, bold=True), "CENTER", width=92),),
        (Cell(Text(_cut(names), 9, MUTED.ink), "CENTER"),),
    )
    return Node(
        f"zone-{HOSTS}", Table(rows, OUTSIDE.ink, OUTSIDE.fill, 2, padding=4), "zone", "hosts/", "the hosts' own input"
    )


def _chip(plan: Plan, sender: str, receiver: str, cell: Traffic) -> Node:
    """What passes, by the entries that say so: allowed, denied, forwarded."""
    rules = [rule for rule in plan.rules if rule.name in cell.rules]
    forwards = [forward for forward in plan.forwards if forward.name in cell.forwards]
    rows: list[tuple[Cell, ...]] = []
    if forwards:
        rows.append(_head("port forward", PUBLISHED.ink))
        rows += _shortened([(_ports(forward), f"→ {forward.guest}") for forward in forwards])
    for action, word, color in ((Action.ALLOW, "allow", ALLOWED.ink), (Action.DENY, "deny", DENIED.ink)):
        found = [rule for rule in rules if rule.action is action]
        if found:
            rows.append(_head(word, color))
            rows += _shortened(
                [(_cut(", ".join(rule.services)), f"→ {_cut(', '.join(rule.destinations))}") for rule in found]
            )
    return Node(
        f"flow-{sender}-{receiver}",
        Table(tuple(rows), LINE.ink, TEXT.fill, spacing=1, padding=2),
        "flow",
        "policy/#matrix",
        f"{sender} to {receiver}: {', '.join(_names(rules, forwards))}",
    )


def _names(rules: Iterable[Rule], forwards: Iterable[Forward]) -> list[str]:
    return [*(rule.name for rule in rules), *(forward.name for forward in forwards)]


def _ports(forward: Forward) -> str:
    return _cut(" ".join(wording.service(port) for port in forward.ports))


def _head(word: str, color: str) -> tuple[Cell, ...]:
    return (Cell(Text(word, 8.5, color, bold=True), span=2),)


def _shortened(rows: Sequence[tuple[str, str]]) -> list[tuple[Cell, ...]]:
    found = [
        (Cell(Text(what, 9, TEXT.ink, bold=True, mono=True)), Cell(Text(where, 9, MUTED.ink)))
        for what, where in rows[:ROWS_SHOWN]
    ]
    if len(rows) > ROWS_SHOWN:
        return [*found, (Cell(Text(f"and {len(rows) - ROWS_SHOWN} more", 9, MUTED.ink), span=2),)]
    return list(found)


def _cut(text: str) -> str:
    return text if len(text) <= _WORDS_SHOWN else f"{text[: _WORDS_SHOWN - 1]}…"
