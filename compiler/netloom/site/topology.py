"""The topology of a site, of a host, and of a guest with its neighbours: columns from the outside to the guests."""

from collections.abc import Iterable, Sequence

from netloom.plan.guest import Guest
from netloom.plan.host import Host
from netloom.plan.site import Plan
from netloom.report import wording
from netloom.site import cards
from netloom.site.dot import Cluster, Edge, End, Graph, Node
from netloom.site.order import guest_order, network_order
from netloom.site.palette import LINE, OUTSIDE, PUBLISHED, Paint
from netloom.site.terms import Way, ways

CARDS_SHOWN = 40
"""Up to so many guests have a card each; above that a bridge counts them."""
NEIGHBOURS_SHOWN = 8
"""Up to so many other guests of its networks stand beside a guest in its own picture."""
_GAP = "gap"


def site_graph(plan: Plan, paint: Paint) -> Graph:
    """All hosts, and all guests while a reader can still tell them apart."""
    return _graph("site", plan, paint, plan.hosts, plan.guests)


def host_graph(plan: Plan, paint: Paint, host: Host) -> Graph:
    """One host with its guests."""
    return _graph(f"host-{host.name}", plan, paint, (host,), [g for g in plan.guests if g.host == host.name])


def guest_graph(plan: Plan, paint: Paint, guest: Guest, neighbours: Sequence[Guest]) -> Graph:
    """A guest, its networks, who else is on them while they are few, and the uplinks by which its host leaves."""
    host = next(host for host in plan.hosts if host.name == guest.host)
    beside = [one for one in neighbours if one.name != guest.name]
    shown = [guest, *beside] if len(beside) <= NEIGHBOURS_SHOWN else [guest]
    return _graph(f"guest-{guest.name}", plan, paint, (host,), shown, guest)


def _graph(
    name: str,
    plan: Plan,
    paint: Paint,
    hosts: Sequence[Host],
    guests: Sequence[Guest],
    center: Guest | None = None,
) -> Graph:
    parts = [_Part(paint, host, guests, center, len(guests) <= CARDS_SHOWN) for host in hosts]
    zones = list(dict.fromkeys(uplink.zone for part in parts for uplink, _ in part.uplinks))
    by_name = {zone.name: zone for zone in plan.zones}
    outer = [cards.outside_card(by_name[zone], paint) for zone in zones]
    key = cards.legend(_legend(paint, parts))
    widths = cards.widths_of([guest for part in parts for guest in part.guests])
    return Graph(
        name,
        (*outer, Node(_GAP, None), key),
        tuple(part.cluster(widths) for part in parts),
        ((*(node.name for node in outer), _GAP, key.name),),
        (),
        tuple(edge for part in parts for edge in part.edges()),
    )


class _Part:
    """One host's share of a picture."""

    def __init__(
        self,
        paint: Paint,
        host: Host,
        guests: Iterable[Guest],
        center: Guest | None,
        detailed: bool,
    ) -> None:
        self._paint, self._host, self._center = paint, host, center
        only = [nic.network for nic in center.nics] if center else None
        self.detailed = detailed
        here = [guest for guest in guests if guest.host == host.name]
        shown = [bridge.network for bridge in host.bridges if only is None or bridge.network in only]
        self.networks = network_order(shown, here)
        self.guests = guest_order(self.networks, here) if detailed else ()
        found = [(uplink, _narrowed(ways(host, uplink), self.networks)) for uplink in host.uplinks]
        self.uplinks = [(uplink, way) for uplink, way in found if only is None or way]

    @property
    def published(self) -> bool:
        """Whether a guest in the picture has a badge."""
        return any(lane.guest == guest.name for guest in self.guests for lane in self._host.lanes)

    def cluster(self, widths: tuple[int, int]) -> Cluster:
        """The host's box with its three columns."""
        host, by_network = self._host, {bridge.network: bridge for bridge in self._host.bridges}
        names = [guest.name for guest in self.guests] if self.detailed else None
        center = self._center.name if self._center else ""
        columns = (
            [cards.uplink_card(host, uplink, found, self._paint, center) for uplink, found in self.uplinks],
            [cards.bridge_card(by_network[network], self._paint, names) for network in self.networks],
            [
                cards.guest_card(host, guest, self._paint, widths, self.networks, strong=guest.name == center)
                for guest in self.guests
            ],
        )
        return Cluster(
            f"host-{host.name}",
            cards.box_label(host.name, f"hypervisor · {wording.target(host.target)}"),
            LINE.fill,
            LINE.ink,
            tuple(node for column in columns for node in column),
            tuple(tuple(node.name for node in column) for column in columns if column),
            tuple(node.name for node in columns[1]) if self.uplinks else (),
            f"hosts/{host.name}/",
            host.meta.description or f"host {host.name}",
        )

    def edges(self) -> Iterable[Edge]:
        """From zones to uplinks, from those to networks, from those to guests."""
        for uplink, found in self.uplinks:
            tone, name = self._paint.zone(uplink.zone), cards.uplink_name(self._host.name, uplink.name)
            outer = End(cards.zone_name(uplink.zone), side="e")
            yield Edge(outer, End(name, "w", "w"), tone.ink, f"{uplink.zone} to {uplink.name}", 2.2, 8)
            for way in found:
                for network in way.networks:
                    yield Edge(
                        End(name, way.key, "e"), End(cards.bridge_name(network), "up", "w"),
                        self._paint.network(network).ink, f"{network}: {way.label}", weight=2, dashed=not way.nat,
                    )  # fmt: skip
        for guest in self.guests:
            for nic in guest.nics:
                if nic.network in self.networks:
                    yield Edge(
                        End(cards.bridge_name(nic.network), f"tap-{nic.tap}", "e"),
                        End(cards.guest_name(guest.name), f"nic-{nic.network}", "w"),
                        self._paint.network(nic.network).ink, f"{guest.name} on {nic.network}", weight=4,
                    )  # fmt: skip


def _narrowed(found: Sequence[Way], networks: Sequence[str]) -> tuple[Way, ...]:
    """The ways of some networks alone."""
    kept = ((way, tuple(n for n in way.networks if n in networks)) for way in found)
    return tuple(Way(way.key, way.label, way.nat, names) for way, names in kept if names)


def _legend(paint: Paint, parts: Sequence[_Part]) -> list[tuple[str, str, str]]:
    rows = [("━━", paint.network(network).ink, f"network {network}") for part in parts for network in part.networks]
    found = [way for part in parts for _, uplink_ways in part.uplinks for way in uplink_ways]
    if any(not way.nat for way in found):
        rows.append(("┄┄", OUTSIDE.ink, "routed, no NAT"))
    if any(part.published for part in parts):
        rows.append(("⇤ 443", PUBLISHED.ink, "published port"))
    return rows
