"""Prints blocks as the Markdown that MkDocs reads, with the extensions attr_list and tables.

Every character of a text that could be markup in Markdown or HTML becomes a character reference.
"""

import functools
import re
from collections.abc import Sequence
from typing import assert_never

from taploom.report.diagnostics.visible import visible
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
)
from taploom.site.markup.source import source_html

_SPECIAL = re.compile(r"[^\w.,:/ ()+%'=-]|_")
_PLAIN = re.compile(r"[\w.,:/ ()+%'=-]")
_EMPTY = "&ndash;"


def markdown(blocks: Blocks, path: str) -> str:
    """A page as Markdown.

    Args:
        blocks: the title of the page and all blocks below it.
        path: its source path, to which links are relative.
    """
    return "\n\n".join(shown for block in blocks if (shown := _block(block, path))) + "\n"


@functools.lru_cache(maxsize=65536)
def _escaped(text: str) -> str:
    """A text on one line, escaped so that it is shown verbatim."""
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", visible(text))


def _block(block: Block, path: str) -> str:
    match block:
        case Heading(level, words, anchor):
            name = f" {{: #{identifier(anchor)} }}" if anchor else ""
            return f"{'#' * level} {_inline(words, path)}{name}"
        case Paragraph(words, style):
            line = _line(words, path)
            return f"{line}\n{{: .{style} }}" if style and line else line
        case TableBlock(head, rows, numeric):
            return _table(head, rows, numeric, path)
        case Facts():
            return _table(("", " "), block.rows, (False, False), path)
        case BulletList(items):
            return "\n".join(f"- {line}" for item in items if (line := _line(item, path)))
        case CodeBlock(text, language):
            return _fenced(text, language)
        case FileText():
            return source_html(block)
        case Html(text):
            return text
        case Figure():
            return block.mark
        case _:
            assert_never(block)


def _line(words: Inline, path: str) -> str:
    """Words that fill a line, escaped so that they begin no list or code block and end in no hard line break."""
    shown = _inline(words, path)
    if _PLAIN.match(shown) and not shown[0].isalpha():
        shown = f"&#{ord(shown[0])};{shown[1:]}"
    return f"{shown[:-1]}&#32;" if shown.endswith(" ") else shown


def _table(head: Sequence[Inline], rows: Sequence[Sequence[Inline]], numeric: Sequence[bool], path: str) -> str:
    lines = [_row([_inline(cell, path) for cell in head]), _row(["---:" if right else "---" for right in numeric])]
    lines += [_row([_inline(cell, path) or _EMPTY for cell in row]) for row in rows]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _fenced(text: str, language: str) -> str:
    """Code between fences that are longer than any run of backticks in it."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", text) or [""]))
    lines = (visible(line.replace("\t", "    ")) for line in text.rstrip("\n").split("\n"))
    return "\n".join([f"{fence}{language}", *lines, fence])


def _inline(words: Inline, path: str) -> str:
    match words:
        case str():
            return _escaped(words)
        case tuple():
            return "".join(_inline(one, path) for one in words)
        case Link(target, shown, style):
            suffix = f"{{: .{style} }}" if style else ""
            return f"[{_inline(shown, path)}]({address(target, path)}){suffix}"
        case StyledSpan(style, inner):
            return f'<span class="{style}">{_inline(inner, path)}</span>'
        case Anchor(name):
            return f'<a id="{identifier(name)}"></a>'
        case Code() | Outward() | Strong() | Emphasis() | Number() | Break():
            return element(words, _escaped, lambda inner: _inline(inner, path))
        case _:
            assert_never(words)
