"""The blocks of a page, which stand one below the other."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from taploom.base.frozen import dataclass
from taploom.diagrams.dot import Graph
from taploom.report.plan.escape import html as escaped
from taploom.site.markup.inline import Inline, Number, Strong, is_empty


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading.

    Attributes:
        level: 1 is the title of the page.
        anchor: the fragment that links use; for "" it is made from the words.
    """

    level: int
    words: Inline
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of running text.

    Attributes:
        style: a class of the style sheet, or "".
    """

    words: Inline
    style: str = ""


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table, each row as long as its head.

    Attributes:
        numeric: for each column, whether it is aligned to the right.
    """

    head: tuple[Inline, ...]
    rows: tuple[tuple[Inline, ...], ...]
    numeric: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and their values, in two columns without a head."""

    pairs: tuple[tuple[str, Inline], ...]

    @property
    def rows(self) -> tuple[tuple[Inline, Inline], ...]:
        """The rows of the table that both printers make of the facts."""
        return tuple((Strong(label), words) for label, words in self.pairs)


@dataclass(frozen=True, slots=True)
class BulletList:
    """A list whose order has no meaning."""

    items: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines of code, with syntax highlighting for the language."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class FileText:
    """The verbatim text of a file.

    Attributes:
        numbered: whether its lines have anchors, `L1` and so on; if not, a script offers to copy the whole text.
    """

    text: str
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Html:
    """A finished HTML element, such as `<div>`, that contains no text of a spec."""

    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture.

    Attributes:
        graph: what is drawn.
        title: its name, for readers who cannot see it.
        text: what the picture shows, in a sentence or two.
    """

    graph: Graph
    title: str
    text: str

    @property
    def mark(self) -> str:
        """The HTML placeholder, which is later replaced by the picture."""
        return f'<div class="tl-figure" data-taploom="{escaped(self.graph.name)}"></div>'


Block: TypeAlias = Heading | Paragraph | TableBlock | Facts | BulletList | CodeBlock | FileText | Html | Figure
Blocks: TypeAlias = tuple[Block, ...]


def paragraph(words: Inline) -> Blocks:
    """A paragraph, or no block if the words are empty."""
    return () if is_empty(words) else (Paragraph(words),)


def table(head: Sequence[Inline], rows: Iterable[Sequence[Inline]]) -> Blocks:
    """A table without the columns that are empty in every row; no block if no column is left."""
    found = [tuple(row) for row in rows]
    kept = [index for index in range(len(head)) if not all(is_empty(row[index]) for row in found)]
    if not kept:
        return ()
    numeric = tuple(all(isinstance(row[i], Number) or is_empty(row[i]) for row in found) for i in kept)
    return (TableBlock(tuple(head[i] for i in kept), tuple(tuple(row[i] for i in kept) for row in found), numeric),)


def facts(pairs: Iterable[tuple[str, Inline]]) -> Blocks:
    """Labels with their values, without the pairs whose value is empty; no block if no pair is left."""
    found = tuple(pair for pair in pairs if not is_empty(pair[1]))
    return (Facts(found),) if found else ()


def section(title: Inline, blocks: Blocks, level: int = 2, anchor: str = "") -> Blocks:
    """A heading and the blocks below it, or no block if there are none below."""
    return (Heading(level, title, anchor), *blocks) if blocks else ()
