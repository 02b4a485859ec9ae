"""A page for each hypervisor: its picture, uplinks, networks, guests, forwards, NAT, routes and findings."""

from collections.abc import Iterator

from taploom.diagrams.cards import uplink_name
from taploom.diagrams.topology import host_graph
from taploom.plan.host import Bridge, Fixed, Host, Learned
from taploom.plan.interfaces import inside, outside
from taploom.report import wording
from taploom.site.links import questions, to
from taploom.site.markup.block import Blocks, Figure, facts, paragraph, section, table
from taploom.site.markup.inline import Anchor, Inline, Link, Number, code, codes
from taploom.site.page import Page
from taploom.site.pages.parts import about, described, dnat_entry_table, findings_about, guest_table, named, source
from taploom.site.view import SiteView


def pages(view: SiteView) -> Iterator[Page]:
    """The list of hosts, and a page for each."""
    rows = (
        (to("host", host.name), Number(str(len(inside(host)))), wording.target(host.target), host.meta.owner,
         codes(host.meta.tags), described(host.meta))
        for host in view.plan.hosts
    )  # fmt: skip
    head = ("Host", "Networks", "Runs", "Owner", "Tags", "Description")
    yield Page("hosts/index.md", "Hosts", table(head, rows) or paragraph("The site has no host."), listed=True)
    for host in view.plan.hosts:
        yield _page(view, host)


def _page(view: SiteView, host: Host) -> Page:
    guests = [guest for guest in view.plan.guests if guest.host == host.name]
    uplinks = ", ".join(f"{each.device} to {each.zone}" for each in outside(host)) or "none"
    networks = ", ".join(each.network for each in inside(host)) or "none"
    figure = Figure(
        host_graph(view.plan, view.paint, host),
        f"Topology of {host.name}",
        f"Uplinks: {uplinks}. Networks: {networks}. Number of guests: {len(guests)}. The tables show the same.",
    )
    body = (
        *paragraph(described(host.meta)),
        figure,
        *facts(_facts(host)),
        *section("Uplinks", _uplinks(host)),
        *section("Networks", _bridges(host)),
        *section("Guests", guest_table(((guest, nic) for guest in guests for nic in guest.nics), of="host")),
        *section("Port forwards", dnat_entry_table(host.dnat_entries, of="all")),
        *section("Address translation", _nat(host)),
        *section("Routes", _routes(host)),
        *section("Senders", _senders(host)),
        *findings_about(view, f"host/{host.name}"),
    )
    fixed = (own for each in outside(host) for own in each.fixed)
    words = named(host.meta, "host", *fixed, *(each.network for each in inside(host)))
    return Page(f"hosts/{host.name}.md", host.name, body, host.origin, wide=True, words=words)


def _facts(host: Host) -> list[tuple[str, Inline]]:
    managed = "filtered by taploom" if host.input.value == "managed" else "left to the host's own firewall"
    return [
        ("runs", wording.target(host.target)),
        ("input", managed),
        ("management", codes(map(wording.service, host.management))),
        ("time to confirm", f"{host.take_up.confirm} s"),
        ("probes", codes(" ".join(probe.words) for probe in host.take_up.probes)),
        *about(host.meta),
        ("spec", source(host.origin)),
        ("reachability", questions(f"host/{host.name}")),
        ("files", Link(f"exports/{host.name}.md", f"files of {host.name}")),
    ]


def _uplinks(host: Host) -> Blocks:
    rows = (
        ((Anchor(uplink_name(host.name, uplink.name)), code(uplink.name)), to("zone", uplink.zone),
         _own(uplink.ipv4) if uplink.configured else "set by other software",
         _own(uplink.ipv6), codes(uplink.dns), _number(uplink.mtu), _number(uplink.metric), source(uplink.origin))
        for uplink in host.uplinks
    )  # fmt: skip
    return table(("Interface", "Zone", "IPv4", "IPv6", "DNS", "MTU", "Metric", "Spec"), rows)


def _number(value: int | None) -> Inline:
    return Number(str(value)) if value else ""


def _own(found: Fixed | Learned | None) -> Inline:
    if isinstance(found, Fixed):
        gateway = "RA" if found.gateway is Learned.RA else code(found.gateway)
        return code(found.interface), (" via ", gateway) if found.gateway else ""
    return {None: "", Learned.DHCP: "by DHCP", Learned.RA: "by RA"}[found]


def _bridges(host: Host) -> Blocks:
    rows = (
        (to("network", bridge.network), code(bridge.device), to("zone", bridge.zone),
         codes(own for own in (bridge.ipv4, bridge.ipv6) if own), _served(bridge), codes(bridge.taps.patterns))
        for bridge in host.bridges
    )  # fmt: skip
    return table(("Network", "Bridge", "Zone", "Addresses", "Serves", "TAPs"), rows)


def _served(bridge: Bridge) -> str:
    words = (
        ("DHCP", bridge.dhcp), ("RA", bridge.ra), ("DNS", bridge.serves_dns), ("isolated", bridge.isolated),
        ("free to spoof", not bridge.guarded),
    )  # fmt: skip
    return ", ".join(word for word, there in words if there)


def _nat(host: Host) -> Blocks:
    rows = (
        (to("network", nat.network), code(nat.source), code(nat.uplink), nat.kind.value,
         code(nat.to.shortest) if nat.to else "the uplink's address")
        for nat in host.nat
    )  # fmt: skip
    return table(("Network", "From", "By", "Kind", "Becomes"), rows)


def _senders(host: Host) -> Blocks:
    """The prefixes of links and routes that not every uplink accepts as sources, with the uplinks that accept them."""
    rows = ((code(path.prefix.shortest), codes(path.uplinks) or "no uplink") for path in host.reverse_paths)
    return table(("Sources in", "Accepted at"), rows)


def _routes(host: Host) -> Blocks:
    rows = (
        (route.name, code(route.to), code(route.via), code(route.device),
         _number(route.metric), source(route.origin))
        for route in host.routes
    )  # fmt: skip
    return table(("Route", "To", "Via", "Device", "Metric", "Spec"), rows)
