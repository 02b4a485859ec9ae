"""Pages that are the same as in the last build: while a site is served, their Markdown is not read again.

MkDocs builds every page anew for each change. Most are as they were, and Markdown is a third of what a build costs.
"""

from dataclasses import field

from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents

from taploom.base.frozen import dataclass


@dataclass(frozen=True, slots=True)
class _Made:
    """What MkDocs made of a page's Markdown.

    Attributes:
        title: the first heading, which names the page where nothing else does.
        anchors: what links may lead to.
        links: anchors that the page links to, with the links, by the path of the page that should have them.
    """

    markdown: str
    content: str
    toc: TableOfContents
    title: str | None
    anchors: set[str]
    links: dict[str, dict[str, str]]


@dataclass(slots=True)
class Kept:
    """The pages of the last build, as long as every link still leads to where it led."""

    places: dict[str, str] = field(default_factory=dict)
    made: dict[str, _Made] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)

    def begin(self, files: Files) -> None:
        """Forget everything where a page or picture has come, gone or moved: links are resolved in the content."""
        places = {file.src_uri: file.url for file in files}
        if places != self.places:
            self.places, self.made = places, {}
        self.asked = {}

    def markdown(self, page: Page, markdown: str) -> str:
        """What MkDocs should read: nothing where it has read the same before."""
        path = page.file.src_uri
        self.asked[path] = markdown
        known = self.made.get(path)
        return "" if known is not None and known.markdown == markdown else markdown

    def content(self, page: Page, content: str, files: Files) -> str:
        """What becomes of the page: what has just been made, or what was kept."""
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
