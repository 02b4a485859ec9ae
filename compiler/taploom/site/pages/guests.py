"""A page for each guest: its neighbourhood, its NICs, its port forwards, and its policy entries."""

from collections.abc import Iterator

from taploom.base.address import Address, Prefix
from taploom.base.identity import remembered
from taploom.diagrams.topology import NEIGHBOURS_SHOWN, guest_graph
from taploom.plan.guest import Guest, Nic
from taploom.plan.host import Host
from taploom.plan.policy import SideKind
from taploom.report import wording
from taploom.site.links import questions, to
from taploom.site.markup.block import Blocks, Figure, facts, paragraph, section, table
from taploom.site.markup.inline import Inline, Number, code
from taploom.site.page import Page
from taploom.site.pages.exports import of_guest
from taploom.site.pages.parts import (
    about,
    address,
    described,
    dnat_entry_table,
    findings_about,
    guest_table,
    how,
    named,
    source,
)
from taploom.site.view import SiteView

_EntriesByAddress = dict[tuple[bool, str], tuple[dict[Address, set[str]], dict[Prefix, set[str]]]]
"""For each direction and bridge: a map from single addresses to names of entries, and one from larger prefixes."""


def pages(view: SiteView) -> Iterator[Page]:
    """The list of guests, and a page for each."""
    rows = guest_table(((guest, nic) for guest in view.plan.guests for nic in guest.nics), of="all")
    body = rows or paragraph("The site has no guest.")
    yield Page("guests/index.md", "Guests", body, listed=True, searched=not view.crowded)
    for guest in sorted(view.plan.guests, key=lambda one: one.host) if view.crowded else view.plan.guests:
        yield _page(view, guest)


def _page(view: SiteView, guest: Guest) -> Page:
    said = "; ".join(f"{nic.network}: {wording.nic(nic)}" for nic in guest.nics) or "no NIC"
    figure = Figure(
        guest_graph(view.plan, view.paint, guest, _neighbours(view, guest)),
        f"Neighbourhood of {guest.name}",
        f"{guest.name} is on host {guest.host}, with {said}.",
    )
    body = (
        *paragraph(described(guest.meta)),
        figure,
        *facts(
            [
                ("host", to("host", guest.host)),
                *about(guest.meta),
                ("spec", source(guest.origin)),
                ("reachability", questions(f"guest/{guest.name}")),
            ]
        ),
        *section("NICs", _nics(guest)),
        *section("Reached from outside", dnat_entry_table(view.dnat_entries.get(guest.name, ()), of="guest")),
        *section("Reached by", _terms(view, guest, inward=True)),
        *section("Reaches", _terms(view, guest, inward=False)),
        *findings_about(view, f"guest/{guest.name}"),
        *section("Files", of_guest(view, guest.name)),
    )
    words = _words(view, guest)
    return Page(f"guests/{guest.name}.md", guest.name, body, guest.origin, sought=True, words=words)


def _words(view: SiteView, guest: Guest) -> str:
    """The words by which search finds a guest: addresses, MACs, TAPs, ports, host, owner, tags and description."""
    nics = (str(one) for nic in guest.nics for one in (nic.ipv4.address, nic.ipv6.address, nic.mac, nic.tap) if one)
    ports = dict.fromkeys(wording.outside(dnat_entry) for dnat_entry in view.dnat_entries.get(guest.name, ()))
    return named(guest.meta, *nics, *ports, guest.host)


def _neighbours(view: SiteView, guest: Guest) -> list[Guest]:
    """The guests on the networks of a guest, each once; from a large network only as many as a picture needs."""
    found = {one.name: one for nic in guest.nics for one in view.members[nic.network][: NEIGHBOURS_SHOWN + 2]}
    return [found[name] for name in sorted(found)]


def _default_route_cell(nic: Nic) -> str:
    """The cell with the families whose default route uses this NIC."""
    found = [word for word, side in (("IPv4", nic.ipv4), ("IPv6", nic.ipv6)) if side.default_route]
    return "no" if not found else "yes" if len(found) == len(wording.plain_addresses(nic)) else found[0]


def _nics(guest: Guest) -> Blocks:
    rows: list[tuple[Inline, ...]] = []
    for nic in guest.nics:
        for family, found in (("IPv4", nic.ipv4), ("IPv6", nic.ipv6)):
            shown = address(found)
            gateway = code(found.gateway) if found.default_route and shown else ""
            rows.append((to("network", nic.network), family, shown or "not used", how(found), gateway))
    parts = (
        (to("network", nic.network), code(nic.mac), code(nic.tap), code(nic.bridge),
         _default_route_cell(nic), Number(str(nic.mtu)) if nic.mtu else "", source(nic.origin))
        for nic in guest.nics
    )  # fmt: skip
    return (
        *table(("Network", "Family", "Address", "How", "Gateway"), rows),
        *table(("Network", "MAC", "TAP", "Bridge", "Default route", "MTU", "Spec"), parts),
    )


@remembered
def _entries_by_address(host: Host) -> _EntriesByAddress:
    """The entries of a host's terms, by the addresses in the terms; computed once for all guests of the host."""
    found: _EntriesByAddress = {}
    for term in host.terms:
        for inward, side, prefixes in ((True, term.egress, term.destinations), (False, term.ingress, term.sources)):
            if side.kind is SideKind.BRIDGE:
                exact, wide = found.setdefault((inward, side.name), ({}, {}))
                for prefix in prefixes:
                    if prefix.size == 1:
                        exact.setdefault(Address(prefix.family, prefix.value), set()).add(term.entry)
                    else:
                        wide.setdefault(prefix, set()).add(term.entry)
    return found


def _terms(view: SiteView, guest: Guest, *, inward: bool) -> Blocks:
    """The policy entries about traffic to the addresses of a guest, or from these addresses unless `inward`."""
    known = _entries_by_address(view.hosts[guest.host])
    names: set[str] = set()
    for nic in guest.nics:
        exact, wide = known.get((inward, nic.network), ({}, {}))
        for one in (found.address for found in (nic.ipv4, nic.ipv6) if found.address):
            names |= exact.get(one, set())
            names |= {entry for prefix, entries in wide.items() if one in prefix for entry in entries}
    found = [view.policy[name.removeprefix("policy/")] for name in sorted(names) if name.startswith("policy/")]
    rows = (
        (to("policy", entry.name), entry.action.value, ", ".join(entry.sources if inward else entry.destinations),
         ", ".join(entry.services), described(entry.meta))
        for entry in found
    )  # fmt: skip
    return table(("Entry", "Action", "From" if inward else "To", "Services", "Description"), rows)
