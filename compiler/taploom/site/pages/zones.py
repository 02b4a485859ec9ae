"""A page for each zone: its networks, uplinks and guests, and the traffic that policy lets in and out."""

from collections.abc import Iterator

from taploom.diagrams.policy_matrix import HOSTS
from taploom.plan.site import Zone
from taploom.site.links import questions, to
from taploom.site.markup.block import Blocks, facts, paragraph, section, table
from taploom.site.markup.inline import Inline, codes, joined
from taploom.site.page import Page
from taploom.site.pages.parts import about, described, findings_about, named, source
from taploom.site.view import SiteView


def pages(view: SiteView) -> Iterator[Page]:
    """The list of zones, and a page for each."""
    rows = (
        (to("zone", z.name), joined(to("network", n) for n in z.networks), codes(z.uplinks), described(z.meta))
        for z in view.plan.zones
    )
    head = ("Zone", "Networks", "Uplinks", "Description")
    yield Page("zones/index.md", "Zones", table(head, rows) or paragraph("The site has no zone."), listed=True)
    for zone in view.plan.zones:
        yield _page(view, zone)


def zone_link(name: str) -> Inline:
    """A link to a zone; plain text for the hosts of the site, which are not a zone."""
    return "the hosts" if name == HOSTS else to("zone", name)


def _page(view: SiteView, zone: Zone) -> Page:
    guests = sorted({guest.name for network in zone.networks for guest in view.members[network]})
    body = (
        *paragraph(described(zone.meta)),
        *facts(
            [
                ("networks", joined(to("network", name) for name in zone.networks)),
                ("uplinks", joined(map(_uplink, zone.uplinks))),
                ("guests", joined(to("guest", name) for name in guests)),
                *about(zone.meta),
                ("spec", source(zone.origin)),
                ("reachability", questions(f"zone/{zone.name}")),
            ]
        ),
        *section("What may come in", _flows(view, zone.name, inward=True)),
        *section("What may go out", _flows(view, zone.name, inward=False)),
        *findings_about(view, f"zone/{zone.name}"),
    )
    words = named(zone.meta, "zone", *zone.networks)
    return Page(f"zones/{zone.name}.md", zone.name, body, zone.origin, words=words)


def _uplink(name: str) -> Inline:
    host, _, uplink = name.partition("/")
    return to("host", host), f"/{uplink}"


def _flows(view: SiteView, name: str, *, inward: bool) -> Blocks:
    policy = view.policy
    rows: list[tuple[Inline, ...]] = []
    for (sender, receiver), cell in view.cells.items():
        if (receiver if inward else sender) == name:
            other = zone_link(sender if inward else receiver)
            rows += [
                (other, to("policy", entry), policy[entry].action.value, ", ".join(policy[entry].services))
                for entry in cell.policy
            ]
            rows += [(other, to("forward", forward), "forward", "") for forward in cell.forwards]
    return table(("From" if inward else "To", "By", "Action", "Services"), rows)
