"""Caches pages between builds: while a site is served, the Markdown of an unchanged page is not converted again.

MkDocs builds every page for each change. Most pages are unchanged, and Markdown takes a third of the time of a build.
"""

from dataclasses import field

from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents

from taploom.base.frozen import dataclass


@dataclass(frozen=True, slots=True)
class _ConvertedPage:
    """The Markdown of a page, and the results of its conversion.

    Attributes:
        title: the first heading, which is the title of the page if no other title is set.
        anchors: the ids in the page to which links may lead.
        links: the links of the page as they are written, by the path of the linked page and by anchor.
    """

    markdown: str
    content: str
    toc: TableOfContents
    title: str | None
    anchors: set[str]
    links: dict[str, dict[str, str]]


@dataclass(slots=True)
class PageCache:
    """The converted pages of earlier builds; a build clears the cache if a target of links is added, removed or moved.

    Attributes:
        _urls: the URL of each file of the last build, by source path.
        _converted: the converted pages, by source path.
        _markdown: the Markdown of each page of this build, by source path.
    """

    _urls: dict[str, str] = field(default_factory=dict)
    _converted: dict[str, _ConvertedPage] = field(default_factory=dict)
    _markdown: dict[str, str] = field(default_factory=dict)

    def begin(self, files: Files) -> None:
        """Begin a build. Clear the cache if a file was added, removed or moved, as cached links may be wrong."""
        urls = {file.src_uri: file.url for file in files}
        if urls != self._urls:
            self._urls, self._converted = urls, {}
        self._markdown = {}

    def markdown(self, page: Page, markdown: str) -> str:
        """The Markdown of the page for MkDocs to convert; "" if the page is unchanged."""
        path = page.file.src_uri
        self._markdown[path] = markdown
        known = self._converted.get(path)
        return "" if known is not None and known.markdown == markdown else markdown

    def content(self, page: Page, content: str, files: Files) -> str:
        """The HTML of the page: the new content, or the cached content if the page is unchanged."""
        path = page.file.src_uri
        markdown = self._markdown[path]
        known = self._converted.get(path)
        if known is None or known.markdown != markdown:
            links = {file.src_uri: found for file, found in (page.links_to_anchors or {}).items()}
            anchors, title = page.present_anchor_ids or set(), page._title_from_render
            self._converted[path] = _ConvertedPage(markdown, content, page.toc, title, anchors, links)
            return content
        page.markdown, page.toc, page._title_from_render = markdown, known.toc, known.title
        page.present_anchor_ids = known.anchors
        targets = {files.get_file_from_path(path): found for path, found in known.links.items()}
        page.links_to_anchors = {file: found for file, found in targets.items() if file is not None}
        return known.content
