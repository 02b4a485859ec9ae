"""A page before MkDocs sees it: its blocks, where it comes from, and how it is found."""

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
        body: what stands below the heading.
        origin: the entry of the spec that it is about, or None.
        listed: whether the navigation has it; leaves are reached from the page that lists them.
        wide: whether its table of contents gives way to the picture, in themes that know how; one that would be empty
            always does.
        searched: whether search looks into it; a rendered file would bury the page of what it is about.
        sought: whether search lists it before pages that name the same, in themes that know how.
        words: text by which a leaf of a large site is found, in place of all of its own.
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
        """The pictures that stand in the body."""
        return tuple(block for block in self.body if isinstance(block, Figure))

    @property
    def blocks(self) -> Blocks:
        """The whole page."""
        return (*self._trail, Heading(1, self.title), *self.body)

    @property
    def settings(self) -> str:
        """What MkDocs and its theme are told before the page begins."""
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
        """The way back from a leaf, which a large site's navigation does not list."""
        folder, slash, name = self.path.partition("/")
        if not slash or name == "index.md" or self.listed:
            return ()
        way = (Link("index.md", "Overview"), " / ", Link(f"{folder}/index.md", folder.capitalize()))
        return (Paragraph(way, "tl-trail"),)


@dataclass(frozen=True, slots=True)
class File:
    """A file that is no page: a rendered file to download, the style sheet of the colours."""

    path: str
    text: str
