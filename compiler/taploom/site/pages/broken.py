"""The page that replaces a site whose specs have errors: the findings, as `taploom validate` shows them."""

from collections.abc import Iterator, Mapping

from taploom.base.diagnostic import Diagnostic, State
from taploom.base.diagnostic_rule import Severity
from taploom.report.diagnostics.findings import Findings, plural
from taploom.report.diagnostics.full import full
from taploom.site.markup.block import CodeBlock, Paragraph
from taploom.site.page import Page
from taploom.source.characters import lines


def pages(diagnostics: tuple[Diagnostic, ...], texts: Mapping[str, str]) -> Iterator[Page]:
    """One page with every error; the pages of the site return when the specs have no error."""
    errors = tuple(d for d in diagnostics if d.severity is Severity.ERROR and d.state is State.ACTIVE)

    def line(file: str, number: int) -> str | None:
        found = lines(texts[file]) if file in texts else ()
        return found[number - 1] if 0 < number <= len(found) else None

    count = plural(len(errors), "error")
    said = f"The specs have {count}. The site comes back here as soon as specs without errors are saved."
    body = Paragraph(said), CodeBlock(full(Findings(errors, line)), "text")
    yield Page("index.md", "The specs have errors", body, listed=True)
