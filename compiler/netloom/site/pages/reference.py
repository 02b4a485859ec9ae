"""The reference, from the same words as the code: diagnostics."""

from collections.abc import Iterator

from netloom.report.catalogue import rules
from netloom.report.explanation import markdown
from netloom.site.markdown import escaped, sections, table
from netloom.site.page import Page
from netloom.site.view import View


def pages(view: View) -> Iterator[Page]:  # noqa: ARG001 - every builder takes the view
    """All diagnostics on one page, so that a code is found by searching for it."""
    found = rules()
    rows = (
        (f"[{rule.code}](#{rule.code.lower()})", rule.severity.value, escaped(rule.name), escaped(rule.summary))
        for rule in found
    )
    body = sections(table(("Code", "Weight", "Name", "What it refuses"), rows), *(markdown(rule) for rule in found))
    yield Page("reference/diagnostics.md", "Diagnostics", body, listed=True)
