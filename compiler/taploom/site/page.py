"""A page before MkDocs sees it: Markdown, where it comes from, and the pictures that belong into it."""

import re

from taploom.base.frozen import dataclass
from taploom.diagrams.dot import Graph
from taploom.plan.origin import Origin
from taploom.site.markdown import escaped, placed, sections

_SECTION = re.compile(r"^## ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture of a page.

    Attributes:
        graph: what is drawn.
        title: its name, for who cannot see it.
        text: the same facts in a sentence or two.
    """

    graph: Graph
    title: str
    text: str

    @property
    def mark(self) -> str:
        """What stands in the Markdown until the picture is there."""
        return f'<div class="tl-figure" data-taploom="{self.graph.name}"></div>'


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Attributes:
        path: its source path, such as `guests/web.md`.
        title: its heading.
        body: Markdown, without the heading.
        origin: the entry of the spec that it is about, or None.
        figures: the pictures whose marks stand in the body.
        listed: whether the navigation has it; leaves are reached from the page that lists them.
        wide: whether its table of contents gives way to the picture, in themes that know how; one that would be empty
            always does.
        searched: whether search looks into it; a rendered file would bury the page of what it is about.
        sought: whether search lists it before pages that name the same, in themes that know how.
        words: HTML by which a leaf of a large site is found, in place of all of its text.
    """

    path: str
    title: str
    body: str
    origin: Origin | None = None
    figures: tuple[Figure, ...] = ()
    listed: bool = False
    wide: bool = False
    searched: bool = True
    sought: bool = False
    words: str = ""

    @property
    def markdown(self) -> str:
        """The whole page."""
        says = ["hide: [toc]"] * (self.wide or not _SECTION.search(self.body))
        says += ["search: {exclude: true}"] * (not self.searched)
        says += ["search: {boost: 8}"] * self.sought
        head = "\n".join(["---", *says, "---", "", ""]) if says else ""
        return head + placed(sections(self._trail, f"# {escaped(self.title)}", self.body), self.path)

    @property
    def _trail(self) -> str:
        """The way back from a leaf, which a large site's navigation does not list."""
        folder, slash, name = self.path.partition("/")
        if not slash or name == "index.md" or self.listed:
            return ""
        return f"[Overview](@/index.md) / [{folder.capitalize()}](@/{folder}/index.md)\n{{: .tl-trail }}"


@dataclass(frozen=True, slots=True)
class File:
    """A file that is no page: a rendered file to download, the style sheet of the colours."""

    path: str
    text: str
