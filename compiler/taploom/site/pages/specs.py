"""The text of the specs: a page for each file, an anchor for each line, so that every fact can link to its origin."""

from collections.abc import Iterator

from taploom.site.markup.block import BulletList, FileText, paragraph
from taploom.site.markup.inline import Link
from taploom.site.page import Page
from taploom.site.sources import FOLDER, page_of
from taploom.site.view import SiteView


def pages(view: SiteView) -> Iterator[Page]:
    """The list of files, and a page for each."""
    files = sorted(view.sources)
    listed = BulletList(tuple(Link(page_of(file), file) for file in files))
    body = (listed,) if files else paragraph("There is no spec.")
    yield Page(f"{FOLDER}/index.md", "Specs", body, listed=True)
    for file in files:
        source = FileText(view.sources[file], numbered=True)
        yield Page(page_of(file), file, (source,), wide=True, searched=False)
