"""Prints blocks as the HTML that Markdown makes of the same page, in a twentieth of the time.

For a site of ten thousand pages, Markdown takes most of a build's time. It still renders pages with code blocks, since
only Markdown highlights their syntax.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import field
from typing import assert_never

from taploom.base.frozen import dataclass
from taploom.report.diagnostics.visible import visible
from taploom.report.plan.escape import html as html_escaped
from taploom.site.markup.block import (
    Block,
    Blocks,
    BulletList,
    CodeBlock,
    Facts,
    Figure,
    FileText,
    Heading,
    Html,
    Paragraph,
    TableBlock,
)
from taploom.site.markup.elements import element
from taploom.site.markup.inline import (
    Anchor,
    Break,
    Code,
    Emphasis,
    Inline,
    Link,
    Number,
    Outward,
    Strong,
    StyledSpan,
    address,
    identifier,
    text_of,
)
from taploom.site.markup.source import line_anchors, source_html

_escaped = functools.lru_cache(maxsize=65536)(html_escaped)
"""A text escaped for HTML; the cache helps, as names and addresses occur on many pages."""
_RIGHT = ' style="text-align: right;"'
_EMPTY = "&ndash;"
Url = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class TocEntry:
    """A heading in the table of contents: its level from 1, its anchor, and its words as HTML without tags."""

    level: int
    anchor: str
    words: str


@dataclass(frozen=True, slots=True)
class Content:
    """A page's content, its headings, and every anchor that a link may lead to."""

    text: str
    headings: tuple[TocEntry, ...]
    anchors: frozenset[str]


def html(blocks: Blocks, path: str, url: Url) -> Content | None:
    """A page as HTML, equal to what Markdown prints with the extensions attr_list, tables and toc.

    Args:
        blocks: the title of the page and all blocks below it.
        path: its source path.
        url: maps a link between source paths to the value of `href`.

    Returns:
        None if the page has a code block, which only Markdown highlights.
    """
    if any(isinstance(block, CodeBlock) for block in blocks):
        return None
    writer = _Writer(path, url, {identifier(one.anchor) for one in blocks if isinstance(one, Heading) and one.anchor})
    text = "\n".join(shown for block in blocks if (shown := writer.block(block)))
    return Content(text, tuple(writer.headings), frozenset(writer.anchors | writer.taken))


@dataclass(slots=True)
class _Writer:
    """Prints one page, and collects its headings and anchors.

    Attributes:
        taken: anchors of headings, given by the page or made from the words of a heading.
        anchors: all other anchors.
    """

    path: str
    url: Url
    taken: set[str]
    headings: list[TocEntry] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def block(self, block: Block) -> str:
        """One block as HTML, with its content."""
        match block:
            case Heading():
                return self._heading(block)
            case Paragraph(words, style):
                line = self._inline(words)
                return f"<p{_styled(style)}>{line}</p>" if line else ""
            case TableBlock(head, rows, numeric):
                return self._table(head, rows, numeric)
            case Facts():
                return self._table(("", ""), block.rows, (False, False))
            case BulletList(items):
                lines = [f"<li>{line}</li>" for item in items if (line := self._inline(item))]
                return "\n".join(["<ul>", *lines, "</ul>"]) if lines else ""
            case CodeBlock():
                raise ValueError("only Markdown prints blocks of code")
            case FileText():
                self.anchors.update(line_anchors(block))
                return source_html(block)
            case Html(text):
                return text
            case Figure():
                return block.mark
            case _:
                assert_never(block)

    def _heading(self, heading: Heading) -> str:
        text = visible(text_of(heading.words))
        anchor = identifier(heading.anchor) or self._unused(_slug(text))
        self.taken.add(anchor)
        self.headings.append(TocEntry(heading.level, anchor, _escaped(text)))
        link = f'<a class="headerlink" href="#{anchor}" title="Permanent link">&para;</a>'
        return f'<h{heading.level} id="{anchor}">{self._inline(heading.words)}{link}</h{heading.level}>'

    def _unused(self, anchor: str) -> str:
        number, found = 0, anchor
        while not found or found in self.taken:
            number += 1
            found = f"{anchor}_{number}"
        return found

    def _table(self, head: Sequence[Inline], rows: Sequence[Sequence[Inline]], numeric: Sequence[bool]) -> str:
        sides = [_RIGHT if right else "" for right in numeric]
        top = "\n".join(f"<th{side}>{self._inline(cell)}</th>" for side, cell in zip(sides, head, strict=True))
        body = "\n".join(self._row(row, sides) for row in rows)
        return f"<table>\n<thead>\n<tr>\n{top}\n</tr>\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>"

    def _row(self, row: Sequence[Inline], sides: Sequence[str]) -> str:
        cells = (f"<td{side}>{self._inline(cell) or _EMPTY}</td>" for side, cell in zip(sides, row, strict=True))
        return f"<tr>\n{chr(10).join(cells)}\n</tr>"

    def _inline(self, words: Inline) -> str:
        match words:
            case str():
                return _escaped(words)
            case tuple():
                return "".join(map(self._inline, words))
            case Link(target, shown, style):
                href = html_escaped(self.url(address(target, self.path)))
                return f'<a{_styled(style)} href="{href}">{self._inline(shown)}</a>'
            case StyledSpan(style, inner):
                return f"<span{_styled(style)}>{self._inline(inner)}</span>"
            case Anchor(name):
                self.anchors.add(identifier(name))
                return f'<a id="{identifier(name)}"></a>'
            case Code() | Outward() | Strong() | Emphasis() | Number() | Break():
                return element(words, _escaped, self._inline)
            case _:
                assert_never(words)


def _styled(style: str) -> str:
    return f' class="{style}"' if style else ""


def _slug(words: str) -> str:
    """The anchor that the `toc` extension of Markdown makes from these words."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())
