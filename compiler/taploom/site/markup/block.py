"""The blocks that pages are made of, one below the other."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from taploom.base.frozen import dataclass
from taploom.diagrams.dot import Graph
from taploom.report.plan.escape import html as escaped
from taploom.site.markup.inline import Inline, Number, is_empty


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading.

    Attributes:
        level: 1 is the title of the page.
        anchor: by which links find it; "" has it made from the words.
    """

    level: int
    words: Inline
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words, as many lines as they take.

    Attributes:
        style: a class of the style sheet, or "".
    """

    words: Inline
    style: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table, each row as long as its head.

    Attributes:
        numeric: which columns stand at the right.
    """

    head: tuple[Inline, ...]
    rows: tuple[tuple[Inline, ...], ...]
    numeric: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and what they stand for, in two columns without a head."""

    pairs: tuple[tuple[str, Inline], ...]


@dataclass(frozen=True, slots=True)
class BulletList:
    """A list whose order says nothing."""

    items: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines as code, coloured by what knows the language."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it is.

    Attributes:
        numbered: whether its lines have anchors, `L1` and so on; else a script copies it as a whole.
    """

    text: str
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Html:
    """A finished element of HTML, such as `<div>`, in which nothing is of a spec."""

    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture.

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
        """The HTML that stands in a page until the picture is there."""
        return f'<div class="tl-figure" data-taploom="{escaped(self.graph.name)}"></div>'


Block: TypeAlias = Heading | Paragraph | Table | Facts | BulletList | CodeBlock | Source | Html | Figure
Blocks: TypeAlias = tuple[Block, ...]


def paragraph(words: Inline) -> Blocks:
    """A paragraph; nothing where it would say nothing."""
    return () if is_empty(words) else (Paragraph(words),)


def table(head: Sequence[Inline], rows: Iterable[Sequence[Inline]]) -> Blocks:
    """A table without the columns in which no row has anything; nothing where there is no row."""
    found = [tuple(row) for row in rows]
    kept = [index for index in range(len(head)) if not all(is_empty(row[index]) for row in found)]
    if not kept:
        return ()
    numeric = tuple(all(isinstance(row[i], Number) or is_empty(row[i]) for row in found) for i in kept)
    return (Table(tuple(head[i] for i in kept), tuple(tuple(row[i] for i in kept) for row in found), numeric),)


def facts(pairs: Iterable[tuple[str, Inline]]) -> Blocks:
    """What is known of something, without what is not."""
    found = tuple(pair for pair in pairs if not is_empty(pair[1]))
    return (Facts(found),) if found else ()


def section(title: Inline, blocks: Blocks, level: int = 2, anchor: str = "") -> Blocks:
    """A heading and what stands below it; nothing where that is nothing."""
    return (Heading(level, title, anchor), *blocks) if blocks else ()
