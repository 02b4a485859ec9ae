"""A page before MkDocs renders it: its blocks, its origin, and its settings for navigation and search."""

from taploom.base.frozen import dataclass
from taploom.plan.origin import Origin
from taploom.site.markup.block import Blocks, Figure, Heading, Paragraph
from taploom.site.markup.inline import Link
from taploom.site.markup.markdown import markdown


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Attributes:
        path: its source path, such as `guests/web.md`.
        title: its heading.
        body: the blocks below the heading.
        origin: the entry of the spec that the page is about, or None.
        listed: whether the navigation always lists it; a leaf of a large site is reached from its index page.
        wide: whether its table of contents is hidden to give the picture room, in themes that can do so; an empty
            table of contents is always hidden.
        searched: whether search indexes it; False for rendered files, as their hits would bury the object's own page.
        sought: whether search ranks it above other pages with the same words, in themes that can do so.
        words: text that search indexes for a leaf of a large site, in place of the page's whole text.
    """

    path: str
    title: str
    body: Blocks
    origin: Origin | None = None
    listed: bool = False
    wide: bool = False
    searched: bool = True
    sought: bool = False
    words: str = ""

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The pictures in the body."""
        return tuple(block for block in self.body if isinstance(block, Figure))

    @property
    def blocks(self) -> Blocks:
        """The blocks of the whole page: breadcrumb, title and body."""
        return (*self._trail, Heading(1, self.title), *self.body)

    @property
    def settings(self) -> str:
        """The front matter of the page, with settings for MkDocs and its theme."""
        empty = not any(isinstance(block, Heading) and block.level == 2 for block in self.body)
        says = ["hide: [toc]"] * (self.wide or empty)
        says += ["search: {exclude: true}"] * (not self.searched)
        says += ["search: {boost: 8}"] * self.sought
        return "\n".join(["---", *says, "---", "", ""]) if says else ""

    @property
    def markdown(self) -> str:
        """The page as a file for MkDocs."""
        return self.settings + markdown(self.blocks, self.path)

    @property
    def _trail(self) -> Blocks:
        """The breadcrumb of a leaf, as the navigation of a large site does not list leaves."""
        folder, slash, name = self.path.partition("/")
        if not slash or name == "index.md" or self.listed:
            return ()
        trail = (Link("index.md", "Overview"), " / ", Link(f"{folder}/index.md", folder.capitalize()))
        return (Paragraph(trail, "tl-trail"),)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that is not a page, such as a rendered file to download or the style sheet of the colours."""

    path: str
    text: str
