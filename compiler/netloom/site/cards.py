"""The cards of which diagrams are made: an outside zone, an uplink, a bridge, a guest, the legend."""

from collections.abc import Sequence

from netloom.base.address import Address, Family
from netloom.plan.guest import Guest, Mode, Nic, NicAddress
from netloom.plan.host import Bridge, Fixed, Host, Learned, Uplink
from netloom.plan.policy import Lane
from netloom.plan.site import Zone
from netloom.report import wording
from netloom.site.dot import Cell, Node, Table, Text
from netloom.site.palette import GUEST_LINE, LINE, MUTED, OUTSIDE, PUBLISHED, TEXT, Paint, Tone
from netloom.site.terms import LANES, Way
from netloom.site.use import counted, used_addresses

_SMALL, _LINE = 9.5, 10.0
_GLYPH = 0.605
"""Width of a monospaced letter, as a part of its size."""
PORTS_SHOWN = 12
"""Rows of port forwards on an uplink; the rest is counted."""


def zone_name(name: str) -> str:
    """Id of an outside zone's card."""
    return f"zone-{name}"


def uplink_name(host: str, uplink: str) -> str:
    """Id of an uplink's card."""
    return f"uplink-{host}-{uplink}"


def bridge_name(network: str) -> str:
    """Id of a network's card."""
    return f"network-{network}"


def guest_name(guest: str) -> str:
    """Id of a guest's card."""
    return f"guest-{guest}"


def outside_card(zone: Zone, paint: Paint) -> Node:
    """What lies beyond uplinks."""
    tone = paint.zone(zone.name)
    rows = (
        (Cell(Text(zone.name, 12, tone.ink, bold=True), "CENTER"),),
        (Cell(Text(_uplinks(len(zone.uplinks)), 9, MUTED.ink), "CENTER"),),
    )
    return Node(
        zone_name(zone.name),
        Table(rows, tone.ink, tone.fill),
        "zone",
        f"zones/{zone.name}/",
        zone.meta.description or f"zone {zone.name}",
    )


def _uplinks(count: int) -> str:
    return f"{count} uplink" + ("s" if count != 1 else "")


def uplink_card(host: Host, uplink: Uplink, ways: Sequence[Way], paint: Paint, guest: str) -> Node:
    """An uplink: addresses, how networks leave by it (a port each), the ports that it publishes (to `guest` if any)."""
    tone = paint.zone(uplink.zone)
    rows: list[tuple[Cell, ...]] = [
        (
            Cell(Text(uplink.name, 13, tone.ink, bold=True), port="w", width=62),
            Cell(Text("uplink", 9, MUTED.ink), "RIGHT", width=104),
        )
    ]
    rows += [(_mono(_own(found), tone, span=2),) for found in (uplink.ipv4, uplink.ipv6) if found is not None]
    rows += [
        (Cell(Text(way.label, _SMALL, TEXT.ink if way.nat else MUTED.ink, bold=True), port=way.key, span=2),)
        for way in ways
        if way.key != LANES
    ]
    rows += _published_rows(host, uplink, guest)
    name = uplink_name(host.name, uplink.name)
    url = f"hosts/{host.name}/#{name}"
    return Node(
        name, Table(tuple(rows), tone.ink, TEXT.fill), "uplink", url, f"{uplink.name}: {wording.uplink(uplink)}"
    )


def _published_rows(host: Host, uplink: Uplink, guest: str) -> list[tuple[Cell, ...]]:
    """The port forwards of an uplink; where another one has them all, they are counted."""
    lanes = published(host, uplink.name, guest)
    if not lanes:
        return []
    for other in host.uplinks:
        theirs = published(host, other.name, guest) if other is not uplink else []
        if set(lanes) <= set(theirs) and (len(theirs) > len(lanes) or other.name < uplink.name):
            said = f"{len(lanes)} port forward{'s' if len(lanes) > 1 else ''}, as {other.name} ⇤"
            return [(Cell(Text(said, _SMALL, PUBLISHED.ink, bold=True), port=LANES, span=2),)]
    rows: list[tuple[Cell, ...]] = [
        (Cell(Text("Port forwards ⇤", _SMALL, PUBLISHED.ink, bold=True), port=LANES, span=2),)
    ]
    rows += [
        (
            Cell(Text(ports, _SMALL, PUBLISHED.ink, bold=True), fill=PUBLISHED.fill),
            Cell(Text(target, _SMALL, PUBLISHED.ink, mono=True), fill=PUBLISHED.fill),
        )
        for ports, target in lanes[:PORTS_SHOWN]
    ]
    if len(lanes) > PORTS_SHOWN:
        said = f"and {len(lanes) - PORTS_SHOWN} more"
        rows.append((Cell(Text(said, 9, PUBLISHED.ink), fill=PUBLISHED.fill, span=2),))
    return rows


def _own(found: Fixed | Learned) -> str:
    if isinstance(found, Learned):
        return "IPv4 by DHCP" if found is Learned.DHCP else "IPv6 by RA"
    return str(found.interface)


def published(host: Host, uplink: str, guest: str) -> list[tuple[str, str]]:
    """Published ports and where they lead (to `guest`, unless that is ""), each once for both families."""
    found = [lane for lane in host.lanes if uplink in lane.uplinks and guest in ("", lane.guest)]
    ordered = sorted(found, key=lambda lane: (lane.first, lane.protocol, lane.guest))
    return list(dict.fromkeys((_ports(lane), _inside(lane)) for lane in ordered))


def _ports(lane: Lane) -> str:
    return f"{lane.protocol} {lane.first}" + (f"-{lane.last}" if lane.last != lane.first else "")


def _inside(lane: Lane) -> str:
    last = lane.target_first + lane.last - lane.first
    return f"{lane.guest}:{lane.target_first}" + (f"-{last}" if lane.last != lane.first else "")


def bridge_card(bridge: Bridge, paint: Paint, guests: Sequence[str] | None) -> Node:
    """A network as a bridge, a row for the port of each of `guests` in their order; where None it counts them."""
    tone = paint.network(bridge.network)
    said = counted(bridge) if guests is None else used_addresses(bridge)
    rows: list[tuple[Cell, ...]] = [
        (
            Cell(Text(bridge.network, 13, tone.ink, bold=True), port="up", width=80),
            Cell(Text(said, 8.5, MUTED.ink), "RIGHT", width=80),
        )
    ]
    rows += [(_mono(str(own), tone, span=2),) for own in (bridge.ipv4, bridge.ipv6) if own]
    words = [word for word, there in (("DHCP", bridge.dhcp), ("RA", bridge.ra), ("isolated", bridge.isolated)) if there]
    rows.append((Cell(Text(" · ".join((bridge.device, *words)), 8.5, MUTED.ink), span=2),))
    at = {guest: number for number, guest in enumerate(guests or ())}
    shown = sorted((port for port in bridge.ports if port.guest in at), key=lambda port: at[port.guest])
    rows += [
        (Cell(Text(port.tap, 8.5, MUTED.ink, mono=True), "RIGHT", f"tap-{port.tap}", span=2, height=19),)
        for port in shown
    ]
    tooltip = f"network {bridge.network}: {', '.join(str(own) for own in (bridge.ipv4, bridge.ipv6) if own)}"
    return Node(
        bridge_name(bridge.network),
        Table(tuple(rows), tone.ink, TEXT.fill),
        "network",
        f"networks/{bridge.network}/",
        tooltip,
    )


def guest_card(
    host: Host, guest: Guest, paint: Paint, widths: tuple[int, int], networks: Sequence[str], *, strong: bool
) -> Node:
    """A guest: its name, the ports by which the outside reaches it, and a row for each NIC in the order of networks."""
    badge = badges(host, guest.name)
    rows: list[tuple[Cell, ...]] = [(
        Cell(Text(guest.name, 11.5, TEXT.ink, bold=True), width=widths[0]),
        Cell(Text(badge, 9, PUBLISHED.ink, bold=True), "RIGHT", width=widths[1]),
    )]  # fmt: skip
    place = {network: number for number, network in enumerate(networks)}
    for nic in sorted(guest.nics, key=lambda one: place.get(one.network, len(place))):
        tone = paint.network(nic.network)
        first, second = nic_words(nic)
        rows.append((
            Cell(Text(first, _SMALL, tone.ink, mono=True), port=f"nic-{nic.network}", fill=tone.fill, width=widths[0]),
            Cell(Text(second, _SMALL, tone.ink, mono=True), fill=tone.fill, width=widths[1]),
        ))  # fmt: skip
    said = "; ".join(f"{nic.network}: {wording.nic(nic)}" for nic in guest.nics)
    tooltip = f"{guest.name} — {said}" + (f" — {guest.meta.description}" if guest.meta.description else "")
    card = Table(tuple(rows), OUTSIDE.ink if strong else GUEST_LINE.ink, TEXT.fill, 2 if strong else 1)
    return Node(guest_name(guest.name), card, "guest", f"guests/{guest.name}/", tooltip)


def widths_of(guests: Sequence[Guest]) -> tuple[int, int]:
    """Widths of both columns in which every guest's words have room, so that all cards are equally wide."""
    words = [nic_words(nic) for guest in guests for nic in guest.nics]
    first = max((len(pair[0]) for pair in words), default=0)
    second = max((len(pair[1]) for pair in words), default=0)
    names = max((len(guest.name) for guest in guests), default=0)
    return max(94, round(first * _SMALL * _GLYPH) + 6, round(names * 6.6) + 6), max(
        58, round(second * _SMALL * _GLYPH) + 6
    )


def nic_words(nic: Nic) -> tuple[str, str]:
    """Both families of a NIC, IPv6 without the network's prefix, which the bridge shows."""
    return _family_words(nic.ipv4), _family_words(nic.ipv6)


def _family_words(found: NicAddress) -> str:
    if found.mode is Mode.NONE:
        return "-"
    if found.address is None:
        return "by DHCP" if found.mode is Mode.DHCP else "by RA"
    if found.address.family is Family.IPV4 or found.length == 0:
        return str(found.address)
    mask = (1 << 128 - found.length) - 1
    return str(Address(Family.IPV6, found.address.value & mask))


def badges(host: Host, guest: str) -> str:
    """`⇤ 80 443`: the outside ports of a guest, at most three of them."""
    lanes = [lane for lane in host.lanes if lane.guest == guest]
    ports = list(dict.fromkeys(str(lane.first) + ("…" if lane.last != lane.first else "") for lane in lanes))
    shown = sorted(ports, key=lambda port: int(port.rstrip("…")))
    return f"⇤ {' '.join(shown[:3])}" + (" …" if len(shown) > 3 else "") if shown else ""


def legend(rows: Sequence[tuple[str, str, str]]) -> Node:
    """The legend: sign, its colour, and what it means."""
    lines = tuple(
        (Cell(Text(sign, 9 if sign.startswith("⇤") else 11, color, bold=True)), Cell(Text(words, 9, TEXT.ink)))
        for sign, color, words in rows
    )
    head = (Cell(Text("Legend", 10, MUTED.ink, bold=True), span=2),)
    return Node("legend", Table((head, *lines), LINE.ink, MUTED.fill), "legend", tooltip="Legend")


def box_label(title: str, below: str) -> Table:
    """The heading of a host's box."""
    rows = ((Cell(Text(title, 15, TEXT.ink, bold=True)),), (Cell(Text(below, 9.5, MUTED.ink)),))
    return Table(rows, LINE.ink, border=0, spacing=0, padding=1)


def _mono(text: str, tone: Tone, span: int) -> Cell:
    return Cell(
        Text(text, _LINE, tone.ink if tone is not OUTSIDE else OUTSIDE.ink, mono=True), fill=tone.fill, span=span
    )
