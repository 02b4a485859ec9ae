"""The box of one host in a picture: its uplinks, the spine between uplinks and networks, its networks, their guests."""

from collections.abc import Iterable, Sequence
from enum import Enum

from taploom.diagrams import cards
from taploom.diagrams.dot import NIC, SPINE, CardTable, Cluster, Edge, EdgeEnd, GraphNode
from taploom.diagrams.geometry import spine, stacked
from taploom.diagrams.order import guest_order, network_order
from taploom.diagrams.outside_cards import Outside
from taploom.diagrams.palette import GUEST_LINE, LINE, Paint
from taploom.diagrams.uplink_rows import UplinkRow, uplink_rows
from taploom.plan.guest import Guest
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, outside
from taploom.report import wording

GAP = 0.13
"""Inches between cards of a column."""
_UPLINKS, _NETWORKS, _GUESTS = range(3)
_STRAIGHT = 300
"""Weight of a line that has to be straight; with 128, Graphviz still prefers a lower box to a straight line."""


class Detail(Enum):
    """How guests are shown: with a card each, with a name each, or as a number on their networks."""

    CARDS = "cards"
    NAMES = "names"
    COUNTS = "counts"


class HostBox:
    """The box of one host, made of columns of cards.

    Attributes:
        networks: the networks in the picture, top to bottom.
        guests: the guests with a card, top to bottom.
        columns: cards of uplinks, networks, guests; the caller may widen them before it calls `cluster`.
    """

    def __init__(
        self,
        paint: Paint,
        host: Host,
        guests: Iterable[Guest],
        center: Guest | None,
        detail: Detail,
        beyond: Sequence[Outside],
    ) -> None:
        self._paint, self._host, self._center = paint, host, center.name if center else ""
        only = [nic.network for nic in center.nics] if center else None
        here = [guest for guest in guests if guest.host == host.name]
        shown = [each.network for each in inside(host) if only is None or each.network in only]
        self.networks = network_order(shown, here)
        self.guests = guest_order(self.networks, here) if detail is Detail.CARDS else ()
        self._members = {
            network: [guest for guest in here if any(nic.network == network for nic in guest.nics)]
            for network in (self.networks if detail is Detail.NAMES else ())
        }
        order = [uplink for one in beyond for uplink in one.uplinks]
        found = [(uplink, _narrowed(uplink_rows(host, uplink), self.networks)) for uplink in outside(host)]
        found.sort(key=lambda pair: order.index(cards.uplink_name(host.name, pair[0].device)))
        self._uplinks = [(uplink, way) for uplink, way in found if only is None or way]
        self.columns = [self._uplink_cards(), self._network_cards(detail), self._guest_cards()]

    @property
    def uplink_names(self) -> list[str]:
        """Ids of the uplinks' cards."""
        return [cards.uplink_name(self._host.name, uplink.device) for uplink, _ in self._uplinks]

    @property
    def published(self) -> bool:
        """Whether a guest in the picture has published ports."""
        return any(dnat_entry.guest == guest.name for guest in self.guests for dnat_entry in self._host.dnat_entries)

    @property
    def untranslated(self) -> bool:
        """Whether a network in the picture sends traffic out by uplinks, and none of these uplinks translates it."""
        return any(not self._translated(network) for network in self._leaving)

    def cluster(self) -> Cluster:
        """The host's box with its columns."""
        bar, _ = self._spine()
        columns = [self.columns[_UPLINKS], [bar] if bar else [], self.columns[_NETWORKS], self.columns[_GUESTS]]
        return Cluster(
            cards.host_name(self._host.name),
            cards.box_label(self._host.name, f"hypervisor · {wording.target(self._host.target)}"),
            LINE.fill,
            LINE.ink,
            tuple(node for column in columns for node in column),
            tuple(tuple(node.name for node in column) for column in columns if column),
            f"hosts/{self._host.name}/",
            self._host.meta.description or f"host {self._host.name}",
        )

    def edges(self) -> Iterable[Edge]:
        """The lines from uplinks over the spine to networks, and from networks to guests."""
        bar, ports = self._spine()
        for uplink, _ in self._uplinks:
            if not bar:
                break
            name = cards.uplink_name(self._host.name, uplink.device)
            ink, said = self._paint.zone(uplink.zone).ink, f"{self._host.name} by {uplink.device}"
            yield Edge(
                EdgeEnd(name, cards.EAST, "e"),
                EdgeEnd(bar.name, ports[name], "w"),
                ink,
                said,
                2.2,
                _STRAIGHT,
                kind=SPINE,
            )
        for network in self._leaving:
            head, ink = EdgeEnd(cards.bridge_name(network), cards.WEST, "w"), self._paint.network(network).ink
            tail = (
                EdgeEnd(bar.name, ports[cards.bridge_name(network)], "e")
                if bar
                else EdgeEnd(self._first, cards.EAST, "e")
            )
            said = "; ".join(
                f"{uplink.device}: {w.label}" for uplink, found in self._uplinks for w in found if network in w.networks
            )
            yield Edge(tail, head, ink, f"{network} by {said}", weight=_STRAIGHT, dashed=not self._translated(network))
        yield from self._guest_edges()

    def _guest_edges(self) -> Iterable[Edge]:
        for guest in self.guests:
            for nic in guest.nics:
                if nic.network in self.networks:
                    tail = EdgeEnd(cards.bridge_name(nic.network), f"tap-{nic.tap}", "e")
                    head = EdgeEnd(cards.guest_name(guest.name), f"nic-{nic.network}", "w")
                    ink = self._paint.network(nic.network).ink
                    yield Edge(tail, head, ink, f"{guest.name} on {nic.network}", weight=4, kind=NIC)
        for network, members in self._members.items():
            if members:
                tail, head = (
                    EdgeEnd(cards.bridge_name(network), cards.EAST, "e"),
                    EdgeEnd(f"guests-{network}", side="w"),
                )
                yield Edge(tail, head, self._paint.network(network).ink, f"guests of {network}", weight=4)

    @property
    def _leaving(self) -> list[str]:
        """The networks whose traffic leaves by some uplink."""
        return [n for n in self.networks if any(n in way.networks for _, found in self._uplinks for way in found)]

    @property
    def _first(self) -> str:
        return self.columns[_UPLINKS][0].name

    def _translated(self, network: str) -> bool:
        return any(way.nat and network in way.networks for _, found in self._uplinks for way in found)

    def _spine(self) -> tuple[GraphNode | None, dict[str, str]]:
        """The bar between uplinks and networks, with its port for each card; no bar if one line is enough."""
        uplinks, networks = self.columns[_UPLINKS], self.columns[_NETWORKS]
        if len(self._leaving) == 0 or len(uplinks) * len(networks) < 2:
            return None, {}
        inner = dict(zip((node.name for node in networks), self._tops(), strict=True))
        lines = {node.name: inner[node.name] + _table(node).middle(cards.WEST) for node in networks}
        lines = {name: at for name, at in lines.items() if name in {cards.bridge_name(n) for n in self._leaving}}
        outer = [_table(node).middle(cards.WEST) for node in uplinks]
        shift = min(lines.values()) - outer[0]
        tops = stacked((_table(node).high for node in uplinks), GAP)
        lines |= {node.name: shift + top + at for node, top, at in zip(uplinks, tops, outer, strict=True)}
        said = f"{self._host.name} forwards between its networks and uplinks"
        return spine(f"spine-{self._host.name}", GUEST_LINE.ink, lines.items(), said)

    def _tops(self) -> list[float]:
        """The top of each network's card, in points, so that the card stands beside the middle of its guests' cards."""
        first = {guest.name: min(map(self.networks.index, _on(guest, self.networks))) for guest in self.guests}
        heights = {node.name: _table(node).high for column in self.columns for node in column}
        found, own = list[float](), list[float]()
        for number, network in enumerate(self.networks):
            guests = [heights[cards.guest_name(name)] for name, at in first.items() if at == number]
            guests += [heights[f"guests-{network}"]] if f"guests-{network}" in heights else []
            beside = stacked([*guests, 0], GAP)[-1] - (GAP * 72 if guests else 0)
            own.append(heights[cards.bridge_name(network)])
            found.append(max(own[-1], beside))
        tops = stacked(found, GAP)
        return [top + (block - high) / 2 for top, block, high in zip(tops, found, own, strict=True)]

    def _uplink_cards(self) -> list[GraphNode]:
        return [cards.uplink_card(self._host, one, way, self._paint, self._center) for one, way in self._uplinks]

    def _network_cards(self, detail: Detail) -> list[GraphNode]:
        by_network = {each.network: each for each in inside(self._host)}
        names = None if detail is Detail.COUNTS else [guest.name for guest in self.guests]
        return [cards.network_card(by_network[network], self._paint, names) for network in self.networks]

    def _guest_cards(self) -> list[GraphNode]:
        found = [
            cards.guest_card(self._host, guest, self._paint, self.networks, strong=guest.name == self._center)
            for guest in self.guests
        ]
        return found + [cards.crowd_card(n, members, self._paint) for n, members in self._members.items() if members]


def _on(guest: Guest, networks: Sequence[str]) -> list[str]:
    return [nic.network for nic in guest.nics if nic.network in networks] or [networks[0]]


def _table(node: GraphNode) -> CardTable:
    assert node.label is not None
    return node.label


def _narrowed(found: Sequence[UplinkRow], networks: Sequence[str]) -> tuple[UplinkRow, ...]:
    """The rows of an uplink's card with only the given networks; rows without any of these are left out."""
    kept = ((way, tuple(n for n in way.networks if n in networks)) for way in found)
    return tuple(UplinkRow(way.label, way.nat, names) for way, names in kept if names)
