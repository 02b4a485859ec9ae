"""Prints a layout as canonical YAML, with every comment at its node.

The canonical form has two spaces for each level, dashes indented below their key, one space after a colon and a comma,
at most one empty line in a row, and double quotes unless the text needs other quotes. A collection in brackets or
braces keeps them if it fits on a line and has no comment inside; otherwise it becomes a block. Trailing comments keep
their alignment.
"""

from dataclasses import dataclass, field

from taploom.source.align import indent_of, with_comments
from taploom.source.layout import LayoutNode, YamlComment

WIDTH = 120
"""Maximum number of columns of a line with a collection in braces or brackets."""

_NEVER = 1 << 30


class UnprintableError(Exception):
    """Raised for a part without a canonical form, such as a key of several lines; `line` and `column` count from 0."""

    def __init__(self, part: LayoutNode) -> None:
        super().__init__(part.raw)
        self.line, self.column = part.line, part.column


@dataclass(slots=True)
class Printer:
    """The printer of one text.

    Attributes:
        source: lines of the old text.
        comments: comments that are not yet printed; the next one is last.
        lines: printed lines, without trailing comments.
        behind: trailing comments, by index of their line.
        blocks: old column and new indentation of each block around the last line, outermost first.
        open: whether the last line may get a trailing comment.
    """

    source: list[str]
    comments: list[YamlComment]
    lines: list[str] = field(default_factory=list)
    behind: dict[int, YamlComment] = field(default_factory=dict)
    blocks: list[tuple[int, int]] = field(default_factory=list)
    open: bool = False

    def document(self, root: LayoutNode) -> str:
        """The whole text in canonical form."""
        self._block(root, 0, "")
        if not root.parts:
            self._put("{}", 0)
        self._flush(_NEVER, 0, 0, first=False)
        return "\n".join(with_comments(self.lines, self.behind, self.source)) + "\n"

    def _block(self, part: LayoutNode, indent: int, head: str) -> None:
        """Print a collection as a block; `head` replaces the indentation of its first line."""
        depth = len(self.blocks)
        self.blocks.append((self._column(part), indent))
        if part.kind == "map":
            for number, (key, value) in enumerate(part.pairs):
                first = number == 0
                self._before(key, indent, depth, first=first)
                pad = head if first and head else " " * indent
                self._entry(pad + _key(key), value, indent)
        else:
            for number, item in enumerate(part.parts):
                first = number == 0
                self._before(item, indent, depth, first=first, index=_first_text(item).start)
                self._item((head if first and head else " " * indent) + "-", item, indent)
        if part.flow:
            self._flush(part.end, indent, depth, first=False)

    def _column(self, part: LayoutNode) -> int:
        """The old column of a block's lines; the start of a block with an anchor is on the line before."""
        if part.flow:
            return _NEVER
        return indent_of(self.source[part.parts[0].line]) if part.anchor else part.column

    def _entry(self, line: str, value: LayoutNode, indent: int) -> None:
        """Print a value after its key."""
        line = _anchored(line, value)
        if self._fits(line, value):
            self._put(f"{line} {_inline(value)}".rstrip(), value.start)
        elif value.kind == "text":
            self._long_text(line, value, indent)
        else:
            self._put(line, 0)
            self._block(value, indent + 2, "")

    def _item(self, line: str, item: LayoutNode, indent: int) -> None:
        """Print an item after its dash; a block begins on the line of the dash."""
        if item.kind in ("map", "list") and not item.anchor and not self._fits(line, item):
            self._block(item, indent + 2, f"{line} ")
        else:
            self._entry(line, item, indent)

    def _fits(self, line: str, part: LayoutNode) -> bool:
        if part.kind in ("map", "list") and not part.flow:
            return False
        inline = _inline(part)
        if inline is None:
            return False
        if part.kind in ("text", "alias") or not part.parts:
            return True
        return len(line) + 1 + len(inline) <= WIDTH and not any(
            part.start < comment.index < part.end for comment in self._next_comments(part.end)
        )

    def _next_comments(self, end: int) -> list[YamlComment]:
        found = []
        for comment in reversed(self.comments):
            if comment.index >= end:
                break
            found.append(comment)
        return found

    def _long_text(self, line: str, value: LayoutNode, indent: int) -> None:
        """Print a text of several lines unchanged except for its indentation."""
        rows = value.raw.split("\n")
        pad = " " * (indent + 2)
        if value.style in ("|", ">"):
            self._text_block(line, value, pad)
            return
        self._put(f"{line} {rows[0].rstrip()}", value.start, alone=True)
        for row in rows[1:]:
            self.lines.append(pad + row.strip() if row.strip() else "")

    def _text_block(self, line: str, value: LayoutNode, pad: str) -> None:
        head, *rows = value.raw.split("\n")
        mark = head.partition("#")[0]
        digits = "".join(filter(str.isdigit, mark))
        keeps = "+" in mark
        if rows and not rows[-1].strip():
            rows.pop()  # the rest after the last line break is not a line
        while rows and not keeps and not rows[-1].strip():
            rows.pop()
        depth = min((indent_of(row) for row in rows if row.strip()), default=0)
        if digits:
            depth = min(depth, indent_of(self.source[value.line]) + int(digits))
        mark = value.style + ("2" if digits else "") + ("+" if keeps else "-" if "-" in mark else "")
        self._put(f"{line} {mark}", value.start + len(head))
        self.lines.extend(pad + row[depth:] if len(row) > depth else "" for row in rows)
        self.open = False

    def _put(self, line: str, until: int, *, alone: bool = False) -> None:
        """Print the first line of an entry; a trailing comment before index `until` stays trailing; others go above."""
        found = []
        while self.comments and self.comments[-1].index < until:
            found.append(self.comments.pop())
        behind = next((comment for comment in found if comment.behind and not alone), None)
        pad = " " * indent_of(line)
        self.lines.extend(pad + comment.text for comment in found if comment is not behind)
        self.lines.append(line)
        if behind:
            self.behind[len(self.lines) - 1] = behind
        self.open = not behind

    def _before(self, part: LayoutNode, indent: int, depth: int, *, first: bool, index: int | None = None) -> None:
        """Print the comments and the empty line between the last line and an entry."""
        fresh = self._flush(part.start if index is None else index, indent, depth, first=first)
        if not fresh:
            self._empty_line(part.line)

    def _flush(self, index: int, indent: int, depth: int, *, first: bool) -> bool:
        """Print the comments before `index`; return whether the next line is the first one below its block's key."""
        fresh = first and depth > 0
        while self.comments and self.comments[-1].index < index:
            comment = self.comments.pop()
            if comment.behind and self.open:
                self.behind[len(self.lines) - 1] = comment
            else:
                if not fresh:
                    self._empty_line(comment.line)
                self.lines.append(" " * (indent if first else self._level(comment, depth)) + comment.text)
                fresh = False
            self.open = False
        del self.blocks[depth + 1 :]
        return fresh

    def _level(self, comment: YamlComment, depth: int) -> int:
        """The indentation of a comment on its own line: as in the innermost block that began at or left of it."""
        outer, level = self.blocks[depth]
        for column, indent in self.blocks[depth + 1 :]:
            if outer < column <= comment.column:
                outer, level = column, indent
        return level

    def _empty_line(self, line: int) -> None:
        if self.lines and self.lines[-1].strip() and line > 0 and not self.source[line - 1].strip():
            self.lines.append("")


def _first_text(item: LayoutNode) -> LayoutNode:
    """The first text of an item, which is on the line of the dash; comments before it must go above the dash."""
    while item.parts and not item.anchor:
        item = item.parts[0]
    return item


def _key(key: LayoutNode) -> str:
    inline = _inline(key)
    if inline is None or key.kind not in ("text", "alias"):
        raise UnprintableError(key)
    anchor = f"&{key.anchor} " if key.kind == "text" and key.anchor else ""
    return f"{anchor}{inline} :" if key.kind == "alias" else f"{anchor}{inline}:"


def _anchored(line: str, part: LayoutNode) -> str:
    return f"{line} &{part.anchor}" if part.anchor and part.kind != "alias" else line


def _inline(part: LayoutNode) -> str | None:
    """A node on one line, without its own anchor; None if the node needs several lines."""
    if part.kind == "alias":
        return f"*{part.anchor}"
    if part.kind == "text":
        return _inline_text(part)
    inside = [_nested(nested) for nested in part.parts]
    if None in inside:
        return None
    if part.kind == "list":
        return f"[{', '.join(filter(None, inside))}]" if all(inside) else None
    pairs = zip(part.pairs, inside[::2], inside[1::2], strict=True)
    return "{" + ", ".join(f"{k}{' ' * (key.kind == 'alias')}: {v}" for (key, _), k, v in pairs) + "}"


def _nested(part: LayoutNode) -> str | None:
    inline = _inline(part)
    if inline is None or not part.anchor or part.kind == "alias":
        return inline
    return f"&{part.anchor} {inline}"


def _inline_text(part: LayoutNode) -> str | None:
    if part.style in ("|", ">"):
        return None
    if part.style and '"' not in part.text and "\\" not in part.text and part.text.isprintable():
        one_line = "\n" not in part.raw or part.style == ""
        return f'"{part.text}"' if one_line else None
    return part.raw if "\n" not in part.raw else None
