"""Port forwards: what the outside reaches, by which port, and where it ends."""

from collections.abc import Iterator

from taploom.plan.policy import Forward
from taploom.report import wording
from taploom.report.facts import moment
from taploom.site.links import anchor, asked, to
from taploom.site.markdown import code, codes, escaped, listed, section, sections, table
from taploom.site.page import Page
from taploom.site.pages.parts import ROWS_ONLY, about, described, dnat_entry_table, finding_table, source
from taploom.site.view import View


def pages(view: View) -> Iterator[Page]:
    """One page with all of them."""
    dnat_entries = [dnat_entry for host in view.plan.hosts for dnat_entry in host.dnat_entries]
    body = sections(
        dnat_entry_table(dnat_entries, of="all") or "The site publishes no port.",
        *([_entries(view)] if view.crowded else [_entry(view, forward) for forward in view.plan.forwards]),
    )
    yield Page("forwards.md", "Port forwards", body, listed=True, searched=not view.crowded)


def _entries(view: View) -> str:
    """A row for each where there are too many for a section of their own; findings have their page."""
    rows = (
        (anchor(one.name) + escaped(one.name), f"{to('host', one.host)}, {codes(one.uplinks)}", codes(one.sources),
         "yes" if one.hairpin else "", code(moment(one.expires)), escaped(one.meta.owner), described(one.meta),
         source(one.origin))
        for one in view.plan.forwards
    )  # fmt: skip
    head = ("Forward", "On", "From", "Hairpin", "Expires", "Owner", "Description", "Spec")
    return section("Entries", sections(ROWS_ONLY, table(head, rows)))


def _entry(view: View, forward: Forward) -> str:
    dnat_entries = view.forwarded.get(forward.name, ())
    found = view.about.get(f"forward/{forward.name}", ())
    return sections(
        f"## {escaped(forward.name)} {{: #{forward.name} }}",
        described(forward.meta),
        listed(
            [
                ("on", f"{to('host', forward.host)}, uplink {codes(forward.uplinks)}"),
                ("to", to("guest", forward.guest)),
                ("from", codes(forward.sources)),
                ("hairpin", "also from the site's own guests, by the outside address" if forward.hairpin else "off"),
                ("expires", code(moment(forward.expires))),
                *about(forward.meta),
                ("spec", source(forward.origin)),
                ("reachability", _question(forward)),
            ]
        ),
        dnat_entry_table(dnat_entries, of="forward"),
        section("Findings", finding_table(found), 3) if found else "",
    )


def _question(forward: Forward) -> str:
    """Who gets to its first port, by the outside address."""
    port = wording.service(forward.ports[0])
    return ", ".join(asked(f"at {uplink}", "any", f"{forward.host}/{uplink}", port) for uplink in forward.uplinks)
