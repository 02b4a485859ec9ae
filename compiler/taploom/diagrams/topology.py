"""The topology of a site, of a host, and of a guest with its neighbours: columns from the outside to the guests."""

from collections.abc import Sequence

from taploom.diagrams import cards
from taploom.diagrams.box import Detail, HostBox
from taploom.diagrams.crowd import HOSTS_DRAWN, crowd_graph
from taploom.diagrams.dot import Edge, EdgeEnd, Graph, GraphNode
from taploom.diagrams.geometry import levelled
from taploom.diagrams.marking import Marks
from taploom.diagrams.outside_cards import Outside, outsides
from taploom.diagrams.palette import OUTSIDE, PUBLISHED, Paint
from taploom.plan.guest import Guest
from taploom.plan.host import Host
from taploom.plan.site import Plan

CARDS_SHOWN = 40
"""Maximum number of guests in a picture that has a card for each guest."""
NAMES_SHOWN = 1000
"""Maximum number of guests in a picture that names each guest in a cell; above it, bridges show their number."""
NEIGHBOURS_SHOWN = 8
"""Maximum number of neighbours (guests of the same networks) in a guest's picture; above it, none is shown."""
_GAP = "gap"


def site_graph(plan: Plan, paint: Paint) -> Graph:
    """All hosts, and all guests unless they are too many to be told apart."""
    if len(plan.hosts) > HOSTS_DRAWN:
        return crowd_graph(plan, paint)
    return picture("site", plan, paint, plan.hosts, plan.guests)


def host_graph(plan: Plan, paint: Paint, host: Host) -> Graph:
    """One host with its guests."""
    return picture(f"host-{host.name}", plan, paint, (host,), [g for g in plan.guests if g.host == host.name])


def guest_graph(plan: Plan, paint: Paint, guest: Guest, neighbours: Sequence[Guest]) -> Graph:
    """A guest, its networks, their other guests if these are few, and the uplinks by which its traffic leaves."""
    host = next(host for host in plan.hosts if host.name == guest.host)
    beside = [one for one in neighbours if one.name != guest.name]
    shown = [guest, *beside] if len(beside) <= NEIGHBOURS_SHOWN else [guest]
    return picture(f"guest-{guest.name}", plan, paint, (host,), shown, center=guest)


def picture(
    name: str,
    plan: Plan,
    paint: Paint,
    hosts: Sequence[Host],
    guests: Sequence[Guest],
    marked: Marks | None = None,
    key: GraphNode | None = None,
    center: Guest | None = None,
) -> Graph:
    """Some hosts and guests of a plan.

    Args:
        name: name of the graph.
        plan: the plan that it shows.
        paint: its colours.
        hosts: the hosts to draw.
        guests: the guests to draw; their number decides whether they are cards, names or counts.
        marked: marks on cards and lines, or None.
        key: a legend instead of the usual one, or None.
        center: the guest whose picture it is, or None.
    """
    found = outsides(plan, hosts)
    boxes = [HostBox(paint, host, guests, center, _detail(len(guests)), found) for host in hosts]
    shown = {uplink for box in boxes for uplink in box.uplink_names}
    outer = _outer(plan, paint, [one for one in found if shown & set(one.uplinks)])
    key = key or cards.legend(_legend(paint, boxes))
    if marked:
        for box in boxes:
            box.columns = [[marked.card(node) for node in column] for column in box.columns]
    _level(boxes)
    edges = (*_lines(paint, found, shown), *(edge for box in boxes for edge in box.edges()))
    return Graph(
        name,
        (*outer, GraphNode(_GAP, None), key),
        tuple(box.cluster() for box in boxes),
        ((*(node.name for node in outer), _GAP, key.name),),
        (),
        tuple(marked.edge(edge) for edge in edges) if marked else edges,
    )


def _detail(guests: int) -> Detail:
    if guests <= CARDS_SHOWN:
        return Detail.CARDS
    return Detail.NAMES if guests <= NAMES_SHOWN else Detail.COUNTS


def _outer(plan: Plan, paint: Paint, found: Sequence[Outside]) -> tuple[GraphNode, ...]:
    zones = {zone.name: zone for zone in plan.zones}
    return levelled([cards.outside_card(zones[one.zone], paint, one.name) for one in found])


def _lines(paint: Paint, found: Sequence[Outside], shown: set[str]) -> list[Edge]:
    """The lines from outside zones to the uplinks."""
    return [
        Edge(
            EdgeEnd(one.name, side="e"), EdgeEnd(uplink, cards.WEST, "w"), paint.zone(one.zone).ink,
            f"{one.zone} to {uplink.partition(':')[2]}", 2.2, 12,
        )
        for one in found for uplink in one.uplinks if uplink in shown
    ]  # fmt: skip


def _level(boxes: Sequence[HostBox]) -> None:
    """Make each column equally wide in all boxes, so that the boxes are equally wide."""
    for column in range(len(boxes[0].columns) if boxes else 0):
        nodes = levelled([node for box in boxes for node in box.columns[column]])
        at = 0
        for box in boxes:
            count = len(box.columns[column])
            box.columns[column] = list(nodes[at : at + count])
            at += count


def _legend(paint: Paint, boxes: Sequence[HostBox]) -> list[tuple[str, str, str]]:
    line, dashes = cards.LINES
    rows = [(line, paint.network(network).ink, network) for box in boxes for network in box.networks]
    if any(box.untranslated for box in boxes):
        rows.append((dashes, OUTSIDE.ink, "routed, no NAT"))
    if any(box.published for box in boxes):
        rows.append((cards.PUBLISHES, PUBLISHED.ink, "published port"))
    return rows
