"""Port forwards: the ports that the outside reaches, and the guests and ports that they lead to."""

from collections.abc import Iterator

from taploom.plan.policy import Forward
from taploom.report import wording
from taploom.report.facts import moment
from taploom.site.links import asked, to
from taploom.site.markup.block import Blocks, Heading, facts, paragraph, section, table
from taploom.site.markup.inline import Anchor, Inline, code, codes, joined
from taploom.site.page import Page
from taploom.site.pages.parts import ROWS_ONLY, about, described, dnat_entry_table, findings_about, source
from taploom.site.view import SiteView


def pages(view: SiteView) -> Iterator[Page]:
    """One page with all port forwards."""
    dnat_entries = [dnat_entry for host in view.plan.hosts for dnat_entry in host.dnat_entries]
    entries = [_entries(view)] if view.crowded else [_entry(view, forward) for forward in view.plan.forwards]
    body = (
        *(dnat_entry_table(dnat_entries, of="all") or paragraph("The site publishes no port.")),
        *(block for entry in entries for block in entry),
    )
    yield Page("forwards.md", "Port forwards", body, listed=True, searched=not view.crowded)


def _entries(view: SiteView) -> Blocks:
    """A row for each forward (without findings), if there are too many for a section each."""
    rows = (
        ((Anchor(one.name), one.name), (to("host", one.host), ", ", codes(one.uplinks)), codes(one.sources),
         "yes" if one.hairpin else "", code(moment(one.expires)), one.meta.owner, described(one.meta),
         source(one.origin))
        for one in view.plan.forwards
    )  # fmt: skip
    head = ("Forward", "On", "From", "Hairpin", "Expires", "Owner", "Description", "Spec")
    return section("Entries", (ROWS_ONLY, *table(head, rows)))


def _entry(view: SiteView, forward: Forward) -> Blocks:
    dnat_entries = view.forwarded.get(forward.name, ())
    return (
        Heading(2, forward.name, forward.name),
        *paragraph(described(forward.meta)),
        *facts(
            [
                ("on", (to("host", forward.host), ", uplink ", codes(forward.uplinks))),
                ("to", to("guest", forward.guest)),
                ("from", codes(forward.sources)),
                ("hairpin", "also from the site's own guests, by the outside address" if forward.hairpin else "off"),
                ("expires", code(moment(forward.expires))),
                *about(forward.meta),
                ("spec", source(forward.origin)),
                ("reachability", _question(forward)),
            ]
        ),
        *dnat_entry_table(dnat_entries, of="forward"),
        *findings_about(view, f"forward/{forward.name}", 3),
    )


def _question(forward: Forward) -> Inline:
    """For each uplink, a link to a question of the explorer: who reaches the forward's first port at that uplink?"""
    port = wording.service(forward.ports[0])
    return joined(asked(f"at {uplink}", "any", f"{forward.host}/{uplink}", port) for uplink in forward.uplinks)
