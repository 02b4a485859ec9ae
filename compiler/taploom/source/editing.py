"""Edits specs that people own: their values change, but their comments, order, quotes and anchors stay.

ruamel.yaml composes the text into nodes and serializes them again. Its round trip was measured (0.19.1): it drops
comments inside of braces, leaves comments in their old columns, and writes `null` for a value in braces that is left
out. So a file is brought into canonical form before the edit, as canonical braces hold no comments, and again after it:
a canonical file then differs only in what was edited. The result is read again, and refused if it differs from the old
tree in more than the edits, or lacks a comment.
"""

import io
from collections.abc import Mapping as Map
from typing import Any, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.anchor import Anchor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from taploom.base.diagnostic import Diagnostic, Report
from taploom.base.span import start_of
from taploom.source import codes
from taploom.source.edits import Edits, NodePath, is_as_asked
from taploom.source.reader import read
from taploom.source.rewrite import formatted, said_beside

T = TypeVar("T")
_TEXT, _MAPPING = "tag:yaml.org,2002:str", "tag:yaml.org,2002:map"
_LEFT_OUT = "left-out-by-the-author"
_WIDE = 1 << 20


def edited(text: str, file: str, edits: Edits, report: Report) -> str:
    """The text of a spec after edits, in canonical form.

    Args:
        text: the whole file, in which the reader finds no mistake.
        file: its path, for diagnostics.
        edits: what changes.
        report: collects the finding if the text cannot be edited.

    Returns:
        The new text; the unchanged text if a finding was reported.
    """
    before = read(text, file, Report())
    if before is None:
        raise ValueError(f"{file} is edited although it cannot be read")
    try:
        after = formatted(_edited(formatted(text, file, Report()), edits), file, Report())
    except YAMLError:  # ruamel.yaml can read some texts that it cannot write
        after = text
    tree = read(after, file, Report())
    if tree is not None and is_as_asked(before, tree, edits) and said_beside(text) == said_beside(after):
        return after
    message = "the file cannot be edited without a change of what else it says"
    report.add(Diagnostic(codes.UNFORMATTED, message, start_of(file), "edit it by hand, or write it in a simpler form"))
    return text


def _edited(text: str, edits: Edits) -> str:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDE
    yaml.indent(mapping=2, sequence=4, offset=2)
    root = yaml.compose(text)
    _edit(root, (), edits, set())
    written = io.StringIO()
    yaml.serialize(root, written)
    return written.getvalue().replace(_LEFT_OUT, "")


def _edit(node: Any, path: NodePath, edits: Edits, seen: set[int]) -> None:
    """Edit a node of ruamel.yaml and all nodes below it; a node that aliases repeat is edited once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node.anchor, str):
        node.anchor = _anchor(node.anchor)
    if isinstance(node, ScalarNode):
        if path in edits.values:
            node.value = edits.values[path]
        elif not node.value and not node.style:
            node.value, node.tag = _LEFT_OUT, _TEXT
    elif isinstance(node, SequenceNode):
        for index, item in enumerate(node.value):
            _edit(item, (*path, index), edits, seen)
    else:
        node.value = [_pair(key, value, (*path, key.value), edits, seen) for key, value in node.value]


def _pair(key: Any, value: Any, path: NodePath, edits: Edits, seen: set[int]) -> tuple[Any, Any]:
    _edit(value, path, edits, seen)
    if path in edits.entries:
        value = _with_keys(value, edits.entries[path], edits.shorthands.get(path, ""))
    key.value = edits.keys.get(path, key.value)
    return key, value


def _with_keys(entry: Any, keys: Map[str, str], shorthand: str) -> Any:
    """The entry as a mapping, with these keys set or removed."""
    if not isinstance(entry, MappingNode):
        pairs = [] if _is_left_out(entry) else [(_scalar(shorthand), entry)]
        inline = not _is_block(entry)
        around = MappingNode(_MAPPING, pairs, flow_style=inline)
        if inline:  # the comment behind the value goes behind the brace
            around.comment, entry.comment = entry.comment, None
        entry = around
    kept = _without(entry.value, keys)
    new = [(_scalar(key), _scalar(text)) for key, text in keys.items() if text]
    entry.value = _inserted(kept, new, last=bool(entry.flow_style))
    return entry


def _without(pairs: list[tuple[Any, Any]], keys: Map[str, str]) -> list[tuple[Any, Any]]:
    """The pairs without some keys; a removed value's comment moves to the value before it unless that has a comment."""
    kept: list[tuple[Any, Any]] = []
    for key, value in pairs:
        if key.value not in keys:
            kept.append((key, value))
        elif kept and value.comment and not (last := _last(kept[-1][1])).comment:
            last.comment = value.comment
    return kept


def _last(node: Any) -> Any:
    """The last scalar or flow collection of a node, to which ruamel.yaml attaches the comment behind the node."""
    while _is_block(node) and node.value:
        node = node.value[-1] if isinstance(node, SequenceNode) else node.value[-1][1]
    return node


def _inserted(pairs: list[T], new: list[T], *, last: bool) -> list[T]:
    """The pairs with the new ones added: at the end if `last`, else before the last pair.

    Comments that follow a block hang on its last pair, so this pair must stay the last one.
    """
    index = len(pairs) if last else max(len(pairs) - 1, 0)
    return [*pairs[:index], *new, *pairs[index:]]


def _scalar(text: str) -> Any:
    return ScalarNode(_TEXT, text)


def _is_block(node: Any) -> bool:
    return not isinstance(node, ScalarNode) and not node.flow_style


def _is_left_out(node: Any) -> bool:
    return isinstance(node, ScalarNode) and node.value == _LEFT_OUT


def _anchor(name: str) -> Anchor:
    anchor = Anchor()
    anchor.value = name  # type: ignore[assignment]  # declared as None, and set so by ruamel.yaml itself
    anchor.always_dump = True
    return anchor
