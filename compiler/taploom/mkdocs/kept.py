"""Caches pages between builds: while a site is served, the Markdown of an unchanged page is not converted again.

MkDocs builds every page for each change. Most pages are unchanged, and Markdown takes a third of the time of a build.
"""

from dataclasses import field

from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents

from taploom.base.frozen import dataclass


@dataclass(frozen=True, slots=True)
class _Made:
    """The results of the conversion of a page's Markdown.

    Attributes:
        title: the first heading, which is the title of the page if no other title is set.
        anchors: the ids in the page to which links may lead.
        links: by the path of the linked page: each anchor that this page links to, with the link as it is written.
    """

    markdown: str
    content: str
    toc: TableOfContents
    title: str | None
    anchors: set[str]
    links: dict[str, dict[str, str]]


@dataclass(slots=True)
class Kept:
    """The pages of the last build, as long as no target of a link is added, removed or moved."""

    places: dict[str, str] = field(default_factory=dict)
    made: dict[str, _Made] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)

    def begin(self, files: Files) -> None:
        """Clear the cache if a page or picture was added, removed or moved: links are resolved in the content."""
        places = {file.src_uri: file.url for file in files}
        if places != self.places:
            self.places, self.made = places, {}
        self.asked = {}

    def markdown(self, page: Page, markdown: str) -> str:
        """The Markdown that MkDocs has to convert; "" if the page is unchanged."""
        path = page.file.src_uri
        self.asked[path] = markdown
        known = self.made.get(path)
        return "" if known is not None and known.markdown == markdown else markdown

    def content(self, page: Page, content: str, files: Files) -> str:
        """The HTML content of the page: the new one, or the cached one if the page is unchanged."""
        path = page.file.src_uri
        markdown = self.asked[path]
        known = self.made.get(path)
        if known is None or known.markdown != markdown:
            links = {file.src_uri: found for file, found in (page.links_to_anchors or {}).items()}
            anchors, title = page.present_anchor_ids or set(), page._title_from_render
            self.made[path] = _Made(markdown, content, page.toc, title, anchors, links)
            return content
        page.markdown, page.toc, page._title_from_render = markdown, known.toc, known.title
        page.present_anchor_ids = known.anchors
        targets = {files.get_file_from_path(path): found for path, found in known.links.items()}
        page.links_to_anchors = {file: found for file, found in targets.items() if file is not None}
        return known.content
