"""A page for each network: its prefixes and their use, its guests, its NAT and port forwards."""

import math
from collections.abc import Iterator

from taploom.diagrams.use import NetworkUse, uses
from taploom.plan.site import Network
from taploom.report import wording
from taploom.site.links import questions, subject, to
from taploom.site.markup.block import Blocks, Paragraph, facts, paragraph, section, table
from taploom.site.markup.inline import Inline, Number, Strong, code, codes
from taploom.site.page import Page
from taploom.site.pages.parts import about, described, dnat_entry_table, findings_about, guest_table, named, source
from taploom.site.view import SiteView


def pages(view: SiteView) -> Iterator[Page]:
    """The list of networks, and a page for each."""
    rows = (
        (to("network", n.name), to("zone", n.zone), to("host", n.host) if n.host else "",
         codes(own.prefix for own in (n.ipv4, n.ipv6) if own), Number(str(len(view.members[n.name]))), n.meta.owner,
         described(n.meta))
        for n in view.plan.networks
    )  # fmt: skip
    head = ("Network", "Zone", "Host", "Prefixes", "Guests", "Owner", "Description")
    yield Page("networks/index.md", "Networks", table(head, rows) or paragraph("The site has no network."), listed=True)
    for network in view.plan.networks:
        yield _page(view, network)


def _page(view: SiteView, network: Network) -> Page:
    found = uses(view.plan, network)
    members = [(g, nic) for g in view.members[network.name] for nic in g.nics if nic.network == network.name]
    dnat_entries = [
        dnat_entry for host in view.plan.hosts for dnat_entry in host.dnat_entries if dnat_entry.network == network.name
    ]
    body = (
        *paragraph(described(network.meta)),
        *facts(_facts(view, network)),
        *section("Addresses", tuple(block for use in found for block in used(use, (code(use.own.prefix), ": ")))),
        *section("Guests", guest_table(members, of="network")),
        *section("Port forwards", dnat_entry_table(dnat_entries, of="all")),
        *section("Taken", tuple(block for use in found for block in _taken(use))),
        *findings_about(view, f"network/{network.name}"),
    )
    owns = (str(own.prefix) for own in (network.ipv4, network.ipv6) if own)
    words = named(network.meta, "network", *owns, network.zone, network.host)
    return Page(f"networks/{network.name}.md", network.name, body, network.origin, words=words)


def _facts(view: SiteView, network: Network) -> list[tuple[str, Inline]]:
    bridge = view.bridges[network.name][1] if network.name in view.bridges else None
    served = [("DHCP", bridge.dhcp), ("RA", bridge.ra), ("DNS", bridge.serves_dns)] if bridge else []
    return [
        ("zone", to("zone", network.zone)),
        ("host", to("host", network.host) if network.host else "no host has it"),
        ("bridge", code(bridge.device) if bridge else ""),
        ("gateway", codes(own.address for own in (network.ipv4, network.ipv6) if own)),
        ("the host serves", ", ".join(word for word, there in served if there)),
        ("resolvers", codes(bridge.dns) if bridge else ""),
        ("NAT of IPv4", wording.nat(network.nat4) if network.ipv4 else ""),
        ("NAT of IPv6", wording.nat(network.nat6) if network.ipv6 else ""),
        ("isolated", "guests do not reach each other on the bridge" if network.isolated else ""),
        ("MTU", str(bridge.mtu) if bridge and bridge.mtu else ""),
        *about(network.meta),
        ("spec", source(network.origin)),
        ("reachability", questions(f"network/{network.name}")),
    ]


def amount(size: int) -> Number:
    """A number of addresses; a large one is shown as the nearest power of two."""
    return Number(f"{size:,}") if size < 1 << 32 else Number("about 2", round(math.log2(size)))


def used(use: NetworkUse, begin: Inline = "") -> Blocks:
    """The use of a network's addresses in one family, with its ranges; `begin` is put before the first sentence."""
    share = f" of {use.usable:,}" if use.usable < 1 << 32 else ""
    free: Inline = (" Next free: ", code(use.next), ".") if use.next else " Nothing is free."
    said = Paragraph((begin, Strong(str(len(use.taken))), f"{share} taken.", free))
    rows = ((code(run.first), code(run.last) if run.size > 1 else "", amount(run.size), run.what) for run in use.ranges)
    return (said, *table(("From", "To", "Addresses", "What"), rows))


def _taken(use: NetworkUse) -> Blocks:
    rows = ((code(one.address), subject(one.by), one.how) for one in use.taken)
    return table(("Address", "By", "How"), rows)
