"""The cards in diagrams: an outside zone, an uplink, a bridge, a guest, the legend."""

from collections.abc import Sequence
from dataclasses import replace

from taploom.base.address import Address, Family
from taploom.diagrams.dot import About, CardRow, CardTable, Cell, GraphNode, StyledText
from taploom.diagrams.palette import GUEST_LINE, LINE, MUTED, PUBLISHED, TEXT, Paint, Tone
from taploom.diagrams.uplink_rows import UplinkRow
from taploom.diagrams.use import counted, used_addresses
from taploom.plan.guest import Guest, Mode, Nic, NicAddress
from taploom.plan.host import Fixed, Host, Learned
from taploom.plan.interfaces import HostInterface, outside
from taploom.plan.policy import DnatEntry
from taploom.plan.site import Zone
from taploom.report import wording

_TITLE, _WORDS, _NOTE, _MONO = 13.0, 9.5, 9.0, 9.5
_NAMES_SHOWN = 16
_CROWD_WIDTH = 560
"""Width in points that the rows of a card with many guests may fill."""
_GUEST_PITCH, _FAN = 52, 110
"""The distance between guests' cards, and how far the cards of a network may reach beyond its ports, in points."""
LINES = ("\N{EM DASH}", "\N{EN DASH} \N{EN DASH}")
"""Signs of a solid and of a dashed line in the legend."""
PUBLISHES = "⇤"
"""Sign of published ports."""
WEST, EAST = "w", "e"
"""Ports at both ends of the first row of an uplink or a bridge."""
PORTS_SHOWN = 12
"""Maximum number of port forwards that an uplink's card lists; it shows only the number of the others."""


def zone_name(name: str) -> str:
    """Id of an outside zone's card."""
    return f"zone-{name}"


def host_name(name: str) -> str:
    """Id of a host's box or card."""
    return f"host-{name}"


def uplink_name(host: str, uplink: str) -> str:
    """Id of an uplink's card; names of hosts have no colon, so it is unique in the site."""
    return f"uplink-{host}:{uplink}"


def bridge_name(network: str) -> str:
    """Id of a network's card."""
    return f"network-{network}"


def guest_name(guest: str) -> str:
    """Id of a guest's card."""
    return f"guest-{guest}"


def outside_card(zone: Zone, paint: Paint, name: str) -> GraphNode:
    """The card of a zone to which uplinks lead."""
    tone, count = paint.zone(zone.name), len(zone.uplinks)
    rows = (
        CardRow((Cell(StyledText(zone.name, 12, tone.ink, bold=True), "CENTER", height=18),)),
        CardRow(
            (Cell(StyledText(f"{count} uplink" + ("s" if count != 1 else ""), _NOTE, MUTED.ink), "CENTER", height=16),)
        ),
    )
    url, tooltip = f"zones/{zone.name}/", zone.meta.description or f"zone {zone.name}"
    return GraphNode(name, CardTable(rows, tone.ink, tone.fill), "zone", url, tooltip)


def uplink_card(host: Host, uplink: HostInterface, ways: Sequence[UplinkRow], paint: Paint, guest: str) -> GraphNode:
    """The card of an uplink: addresses, translations, port forwards (only those to `guest`, unless it is "")."""
    tone = paint.zone(uplink.zone)
    called, name, words = wording.interface(uplink, ())
    rows = [_title(name, called, tone)]
    rows += [
        CardRow((_mono(_own(found), tone),), About.ADDRESS, str(family))
        for family, found in ((Family.IPV4, uplink.ipv4), (Family.IPV6, uplink.ipv6))
        if found is not None
    ]
    for way in ways:
        color = paint.network(way.networks[0]).ink if len(way.networks) == 1 else TEXT.ink
        names = ", ".join(way.networks)
        names = names if len(names) <= _NAMES_SHOWN else f"{len(way.networks)} networks"
        said = StyledText(way.label, _NOTE, MUTED.ink)
        rows.append(CardRow((Cell(StyledText(names, _WORDS, color, bold=True)), Cell(said)), About.WAY))
    rows += _published_rows(host, uplink, guest)
    card = uplink_name(host.name, uplink.device)
    where, tooltip = f"hosts/{host.name}/#{card}", f"{name}: {words}"
    return GraphNode(card, CardTable(tuple(rows), tone.ink, TEXT.fill), "uplink", where, tooltip)


def _published_rows(host: Host, uplink: HostInterface, guest: str) -> list[CardRow]:
    """The rows of an uplink's port forwards, or one row with their number if another uplink shows all of them."""
    dnat_entries = published(host, uplink.device, guest)
    if not dnat_entries:
        return []
    for other in outside(host):
        theirs = published(host, other.device, guest) if other is not uplink else []
        if set(dnat_entries) <= set(theirs) and (len(theirs) > len(dnat_entries) or other.device < uplink.device):
            said = f"{len(dnat_entries)} port forward{'s' if len(dnat_entries) > 1 else ''}, as on {other.device}"
            return [_tally(said)]
    rows = [_tally("Port forwards")]
    rows += [
        CardRow(
            (
                Cell(StyledText(ports, _WORDS, PUBLISHED.ink, bold=True), fill=PUBLISHED.fill),
                Cell(StyledText(target, _MONO, PUBLISHED.ink, mono=True), fill=PUBLISHED.fill),
            ),
            About.FORWARD,
            ports,
        )
        for ports, target in dnat_entries[:PORTS_SHOWN]
    ]
    if len(dnat_entries) > PORTS_SHOWN:
        said = f"and {len(dnat_entries) - PORTS_SHOWN} more"
        rows.append(CardRow((Cell(StyledText(said, _NOTE, PUBLISHED.ink), fill=PUBLISHED.fill, span=2),)))
    return rows


def _title(name: str, said: str, tone: Tone) -> CardRow:
    """The first row of an uplink or a network, with a port at both ends."""
    note = Cell(StyledText(said, _NOTE, MUTED.ink), "RIGHT", EAST)
    return CardRow((Cell(StyledText(name, _TITLE, tone.ink, bold=True), port=WEST), note))


def _tally(said: str) -> CardRow:
    """A row that heads the port forwards below it, or counts port forwards that another card shows."""
    return CardRow((Cell(StyledText(f"{PUBLISHES} {said}", _NOTE, PUBLISHED.ink, bold=True), span=2),), About.TALLY)


def _own(found: Fixed | Learned) -> str:
    if isinstance(found, Learned):
        return "IPv4 by DHCP" if found is Learned.DHCP else "IPv6 by RA"
    return str(found.interface)


def published(host: Host, uplink: str, guest: str) -> list[tuple[str, str]]:
    """Published ports and their targets, each once for both families; only those of `guest`, unless it is ""."""
    found = [
        dnat_entry
        for dnat_entry in host.dnat_entries
        if uplink in dnat_entry.uplinks and guest in ("", dnat_entry.guest)
    ]
    ordered = sorted(found, key=lambda dnat_entry: (dnat_entry.first, dnat_entry.protocol, dnat_entry.guest))
    return list(dict.fromkeys((_ports(dnat_entry), _inside(dnat_entry)) for dnat_entry in ordered))


def _ports(dnat_entry: DnatEntry) -> str:
    return f"{dnat_entry.protocol} {dnat_entry.first}" + (
        f"-{dnat_entry.last}" if dnat_entry.last != dnat_entry.first else ""
    )


def _inside(dnat_entry: DnatEntry) -> str:
    return f"{dnat_entry.guest}:{dnat_entry.target_first}" + (
        f"-{dnat_entry.inside.last}" if dnat_entry.last != dnat_entry.first else ""
    )


def network_card(here: HostInterface, paint: Paint, guests: Sequence[str] | None) -> GraphNode:
    """The card of a network: a row for each guest's port in the order of `guests`, or the number of guests if None."""
    tone = paint.network(here.network)
    said = counted(here) if guests is None else used_addresses(here)
    rows = [_title(here.network, said, tone)]
    rows += [CardRow((_mono(str(own), tone),), About.ADDRESS, str(own.family)) for own in here.fixed]
    words = [word for word, there in (("DHCP", here.dhcp), ("RA", here.ra), ("isolated", here.isolated)) if there]
    rows.append(CardRow((Cell(StyledText(" · ".join((here.device, *words)), _NOTE, MUTED.ink), span=2),), About.DEVICE))
    at = {guest: number for number, guest in enumerate(guests or ())}
    shown = sorted((port for port in here.ports if port.guest in at), key=lambda port: at[port.guest])
    high = _tap_height(len(shown))
    rows += [
        CardRow(
            (
                Cell(
                    StyledText(port.tap, _NOTE - 0.5, MUTED.ink, mono=True),
                    "RIGHT",
                    f"tap-{port.tap}",
                    span=2,
                    height=high,
                ),
            ),
            About.PORT,
            port.tap,
        )
        for port in shown
    ]
    tooltip = f"network {here.network}: {', '.join(str(own) for own in here.fixed)}"
    card = CardTable(tuple(rows), tone.ink, TEXT.fill)
    return GraphNode(bridge_name(here.network), card, "network", f"networks/{here.network}/", tooltip)


def _tap_height(count: int) -> int:
    """Height of a port's row. With many guests it nears the height of a guest's card, so that lines stay flat."""
    return max(18, round(_GUEST_PITCH - _FAN / (count - 1)) - 2) if count > 1 else 18


def guest_card(host: Host, guest: Guest, paint: Paint, networks: Sequence[str], *, strong: bool) -> GraphNode:
    """The card of a guest: name, published ports, and a row for each NIC in the order of `networks`."""
    ports = Cell(StyledText(badges(host, guest.name), _NOTE, PUBLISHED.ink, bold=True), "RIGHT", badge=True)
    rows = [CardRow((Cell(StyledText(guest.name, 11.5, TEXT.ink, bold=True)), ports))]
    place = {network: number for number, network in enumerate(networks)}
    for nic in sorted(guest.nics, key=lambda one: place.get(one.network, len(place))):
        tone = paint.network(nic.network)
        first, second = nic_words(nic)
        cells = (
            Cell(StyledText(first, _MONO, tone.ink, mono=True), port=f"nic-{nic.network}", fill=tone.fill),
            Cell(StyledText(second, _MONO, tone.ink, mono=True), fill=tone.fill),
        )
        rows.append(CardRow(cells, About.NIC, nic.network))
    card = CardTable(tuple(rows), TEXT.ink if strong else GUEST_LINE.ink, TEXT.fill, 2 if strong else 1)
    return GraphNode(guest_name(guest.name), card, "guest", f"guests/{guest.name}/", _tooltip(guest))


def crowd_card(network: str, guests: Sequence[Guest], paint: Paint) -> GraphNode:
    """The card of a network's many guests: a cell for each, with a link to its page, as wide as the longest name."""
    tone = paint.network(network)
    words = [Cell(StyledText(guest.name, _NOTE - 0.5, tone.ink, mono=True), fill=tone.fill) for guest in guests]
    wide, count = max(cell.wide for cell in words), len(words)
    across = max(1, min(_CROWD_WIDTH // (wide + 2), round((count * _NOTE * 2 / wide) ** 0.5) + 1))
    cells = [
        replace(cell, width=wide, url=f"guests/{guest.name}/", tooltip=_tooltip(guest))
        for cell, guest in zip(words, guests, strict=True)
    ]
    cells += [Cell(StyledText("", _NOTE, tone.ink), width=wide) for _ in range(-count % across)]
    rows = tuple(CardRow(tuple(cells[at : at + across])) for at in range(0, count, across))
    card = CardTable(rows, GUEST_LINE.ink, TEXT.fill)
    return GraphNode(f"guests-{network}", card, "crowd")


def _tooltip(guest: Guest) -> str:
    said = "; ".join(f"{nic.network}: {wording.nic(nic)}" for nic in guest.nics)
    return f"{guest.name} — {said}" + (f" — {guest.meta.description}" if guest.meta.description else "")


def nic_words(nic: Nic) -> tuple[str, str]:
    """The texts of both families of a NIC; IPv6 without the network's prefix, which the bridge shows."""
    return _family_words(nic.ipv4), _family_words(nic.ipv6)


def _family_words(found: NicAddress) -> str:
    if found.mode is Mode.NONE:
        return "\N{EN DASH}"
    if found.address is None:
        return "by DHCP" if found.mode is Mode.DHCP else "by RA"
    if found.address.family is Family.IPV4 or found.length == 0:
        return str(found.address)
    mask = (1 << 128 - found.length) - 1
    return str(Address(Family.IPV6, found.address.value & mask))


def badges(host: Host, guest: str) -> str:
    """`⇤ 80 443`: the outside ports of a guest, at most three of them."""
    dnat_entries = [dnat_entry for dnat_entry in host.dnat_entries if dnat_entry.guest == guest]
    ports = list(
        dict.fromkeys(
            str(dnat_entry.first) + ("…" if dnat_entry.last != dnat_entry.first else "") for dnat_entry in dnat_entries
        )
    )
    shown = sorted(ports, key=lambda port: int(port.rstrip("…")))
    return f"{PUBLISHES} {' '.join(shown[:3])}" + (" …" if len(shown) > 3 else "") if shown else ""


def legend(rows: Sequence[tuple[str, str, str]], title: str = "Legend") -> GraphNode:
    """The legend: each row has a sign, the colour of the sign, and its meaning."""
    lines = tuple(
        CardRow(
            (
                Cell(StyledText(sign, 12 if sign in LINES else _NOTE, color, bold=True), height=16),
                Cell(StyledText(words, _NOTE, TEXT.ink), height=16),
            )
        )
        for sign, color, words in rows
    )
    head = CardRow((Cell(StyledText(title, _WORDS, MUTED.ink, bold=True), span=2),))
    return GraphNode("legend", CardTable((head, *lines), LINE.ink, MUTED.fill), "legend", tooltip="Legend")


def box_label(title: str, below: str) -> CardTable:
    """The heading of a host's box."""
    rows = (
        CardRow((Cell(StyledText(title, 15, TEXT.ink, bold=True), height=20),)),
        CardRow((Cell(StyledText(below, _WORDS, MUTED.ink)),)),
    )
    return CardTable(rows, LINE.ink, border=0, spacing=0)


def _mono(text: str, tone: Tone) -> Cell:
    return Cell(StyledText(text, _MONO, tone.ink, mono=True), fill=tone.fill, span=2)
