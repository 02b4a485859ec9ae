"""The findings in the specs, the waived ones with their reason, and the waivers."""

from collections.abc import Iterator

from taploom.base.diagnostic import State
from taploom.site.links import subject
from taploom.site.markup.block import paragraph, section, table
from taploom.site.markup.inline import code, prose
from taploom.site.page import Page
from taploom.site.pages.parts import finding_table, source
from taploom.site.view import SiteView


def pages(view: SiteView) -> Iterator[Page]:
    """The page of the findings."""
    active = [d for d in view.diagnostics if d.state is State.ACTIVE]
    waived = [d for d in view.diagnostics if d.state is State.WAIVED]
    waivers = (
        (one.name, code(one.code), subject(one.subject), prose(one.reason), "" if one.used else "unused",
         source(one.origin))
        for one in view.plan.waivers
    )  # fmt: skip
    body = (
        *(finding_table(active) or paragraph("The specs have no finding that is not waived.")),
        *section("Waived findings", finding_table(waived)),
        *section("Waivers", table(("Waiver", "Code", "On", "Reason", "", "Spec"), waivers)),
    )
    yield Page("findings.md", "Findings", body, listed=True)
