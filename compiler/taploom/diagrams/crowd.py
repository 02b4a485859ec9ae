"""The picture of a site with many hosts: a card for each, with its uplinks, networks and their numbers of guests.

A detailed picture of fifty hosts would be twenty thousand points high. Each host has a detailed picture on its page.
"""

from itertools import pairwise

from taploom.diagrams.cards import host_name
from taploom.diagrams.dot import CardRow, CardTable, Cell, Graph, GraphNode, StyledText
from taploom.diagrams.geometry import levelled
from taploom.diagrams.palette import GUEST_LINE, MUTED, TEXT, Paint
from taploom.diagrams.use import counted
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, outside
from taploom.plan.site import Plan
from taploom.report import wording

HOSTS_DRAWN = 6
"""Maximum number of hosts in a detailed picture of a site."""
_ACROSS = 6
_NETWORKS_SHOWN = 8


def crowd_graph(plan: Plan, paint: Paint) -> Graph:
    """All hosts as cards, row by row."""
    nodes = levelled([_card(host, paint) for host in plan.hosts])
    names = [node.name for node in nodes]
    count = -(-len(names) // -(-len(names) // _ACROSS))  # columns that are equally full
    rows = [names[at : at + count] for at in range(0, len(names), count)]
    columns = tuple(tuple(row[number] for row in rows if number < len(row)) for number in range(count))
    return Graph("site", nodes, (), columns, tuple(pair for row in rows for pair in pairwise(row)), (), (0.2, 0.25))


def _card(host: Host, paint: Paint) -> GraphNode:
    guests = len({port.guest for here in inside(host) for port in here.ports})
    url = f"hosts/{host.name}/"
    head = (
        Cell(StyledText(host.name, 13, TEXT.ink, bold=True), url=url, tooltip=wording.target(host.target)),
        Cell(StyledText(f"{guests} guests", 9, MUTED.ink), "RIGHT"),
    )
    rows = [CardRow(head)]
    for uplink in outside(host):
        tone = paint.zone(uplink.zone)
        rows.append(CardRow((
            Cell(StyledText(uplink.device, 9.5, tone.ink, mono=True), fill=tone.fill),
            Cell(StyledText(uplink.zone, 9, tone.ink, bold=True), "RIGHT", fill=tone.fill, url=f"zones/{uplink.zone}/"),
        )))  # fmt: skip
    for here in inside(host)[:_NETWORKS_SHOWN]:
        tone = paint.network(here.network)
        own = "; ".join(str(one.prefix) for one in here.fixed)
        link = f"networks/{here.network}/"
        rows.append(CardRow((
            Cell(StyledText(here.network, 9.5, tone.ink, bold=True), fill=tone.fill, url=link, tooltip=own),
            Cell(StyledText(counted(here), 9, tone.ink), "RIGHT", fill=tone.fill),
        )))  # fmt: skip
    left = len(inside(host)) - _NETWORKS_SHOWN
    if left > 0:
        rows.append(CardRow((Cell(StyledText(f"and {left} more networks", 9, MUTED.ink), span=2),)))
    return GraphNode(host_name(host.name), CardTable(tuple(rows), GUEST_LINE.ink, TEXT.fill), "host")
