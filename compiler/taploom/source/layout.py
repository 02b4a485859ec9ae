"""Reads the layout of a YAML text, which a tree does not keep: comments, and the styles, anchors and places of nodes.

Only the formatter uses it, since decoding needs only the values of a text.
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
    """A YAML node with its layout.

    Attributes:
        kind: `text`, `alias`, `map` or `list`.
        start: index of the first character, including the anchor.
        end: index after the last character; for a block collection, after the last part.
        line: line of the start, from 0.
        column: column of the start, from 0.
        flow: True for a node in brackets or braces.
        style: quote character, or indicator of a block scalar; "" for plain text.
        anchor: name of the anchor or alias, or "".
        text: value of a scalar; "" for other nodes.
        raw: source text of a scalar, without the anchor.
        parts: items of a list, or alternating keys and values of a mapping.
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
        """The keys of a mapping, each with its value."""
        return zip(self.parts[::2], self.parts[1::2], strict=True)


@dataclass(frozen=True, slots=True)
class YamlComment:
    """A comment of a YAML text.

    Attributes:
        index: index of the hash sign in the text.
        line: line of the hash sign, from 0.
        column: column of the hash sign, from 0.
        text: text from the hash sign on, without trailing blanks.
        behind: True for a trailing comment, which follows a node on the same line.
    """

    index: int
    line: int
    column: int
    text: str
    behind: bool


def laid_out(text: str) -> LayoutNode:
    """The layout of a text, which the reader must accept and whose line breaks must be line feeds."""
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
    """All comments of a text, found between its YAML tokens."""
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
