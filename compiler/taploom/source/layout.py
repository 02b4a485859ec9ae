"""The layout of a text: the properties of YAML nodes that a tree does not keep, and the comments between the nodes.

Only the formatter uses it. Decoding needs the values of a text; the formatter needs their form: styles, anchors, and
the place of each part and comment in the text.
"""

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Any

from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.tokens import ScalarToken

from taploom.base.frozen import dataclass
from taploom.source.reader import LOADER

_ANCHOR = re.compile(r"&\S+\s*")


@dataclass(slots=True)
class LayoutNode:
    """A node with its layout.

    Attributes:
        kind: `text`, `alias`, `map` or `list`.
        start: index of its first character, its anchor included.
        end: index behind its last character; for a block collection, behind its last part.
        line: the line of its start, from 0.
        column: the column of its start, from 0.
        flow: whether it is written in brackets or braces.
        style: its quote character, or the indicator of a block scalar; "" for plain text.
        anchor: the name of its anchor or alias.
        text: its value; "" for an alias.
        raw: its source text, without its anchor.
        parts: the items of a list, or the keys and values of a mapping in turn.
    """

    kind: str
    start: int
    end: int
    line: int
    column: int
    flow: bool = False
    style: str = ""
    anchor: str = ""
    text: str = ""
    raw: str = ""
    parts: "list[LayoutNode]" = field(default_factory=list)

    @property
    def pairs(self) -> "Iterator[tuple[LayoutNode, LayoutNode]]":
        """Keys with their values."""
        return zip(self.parts[::2], self.parts[1::2], strict=True)


@dataclass(frozen=True, slots=True)
class YamlComment:
    """A comment.

    Attributes:
        index: the index of the hash sign in the text.
        line: its line, from 0.
        column: its column, from 0.
        text: the text from the hash sign on, without trailing blanks.
        behind: whether it stands behind a part, on the same line.
    """

    index: int
    line: int
    column: int
    text: str
    behind: bool


def laid_out(text: str) -> LayoutNode:
    """The layout of a text that the reader accepts and whose line breaks are all line feeds."""
    loader = LOADER(text)
    stack: list[LayoutNode] = []
    root: LayoutNode | None = None
    for event in iter(loader.get_event, None):
        part = _part(event, text)
        if part is None:
            if isinstance(event, (MappingEndEvent, SequenceEndEvent)):
                _close(stack.pop(), event)
            continue
        if stack:
            stack[-1].parts.append(part)
        root = root or part
        if part.kind in ("map", "list"):
            stack.append(part)
    assert root is not None
    return root


def _part(event: Any, text: str) -> LayoutNode | None:
    start, end = event.start_mark, event.end_mark.index
    if isinstance(event, AliasEvent):
        return LayoutNode("alias", start.index, end, start.line, start.column, anchor=event.anchor or "")
    if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
        kind = "map" if isinstance(event, MappingStartEvent) else "list"
        part = LayoutNode(kind, start.index, start.index, start.line, start.column, anchor=event.anchor or "")
        part.flow = bool(event.flow_style)
        return part
    if not isinstance(event, ScalarEvent):
        return None
    part = LayoutNode("text", start.index, end, start.line, start.column, anchor=event.anchor or "")
    part.style, part.text = event.style or "", event.value
    part.raw = text[part.start : part.end]
    if part.anchor:
        part.raw = _ANCHOR.sub("", part.raw, count=1)
    return part


def _close(part: LayoutNode, event: Any) -> None:
    if part.flow:
        part.end = event.end_mark.index
    elif part.parts:
        part.end = part.parts[-1].end


def comments_of(text: str) -> tuple[YamlComment, ...]:
    """All comments of a text: a comment is any text but blanks between the tokens of YAML."""
    loader: Any = LOADER(text)
    found: list[YamlComment] = []
    end = line = 0
    for token in iter(loader.get_token, None):
        _add_comments(found, text, end, token.start_mark.index, line)
        end, line = token.end_mark.index, token.end_mark.line
        if isinstance(token, ScalarToken) and token.style in ("|", ">"):
            head = text.find("\n", token.start_mark.index, end)
            _add_comments(found, text, token.start_mark.index, head if head >= 0 else end, token.start_mark.line)
    _add_comments(found, text, end, len(text), line)
    return tuple(found)


def _add_comments(found: list[YamlComment], text: str, start: int, stop: int, line: int) -> None:
    if text.find("#", start, stop) < 0:
        return
    for number, row in enumerate(text[start:stop].split("\n"), line):
        at = row.find("#")
        if at >= 0:
            index = start + at
            begin = text.rfind("\n", 0, index) + 1
            behind = bool(text[begin:index].strip(" \t-"))
            found.append(YamlComment(index, number, index - begin, row[at:].rstrip(), behind))
        start += len(row) + 1
