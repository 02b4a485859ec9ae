"""Edits hand-written specs: values and keys change, but comments, order, quotes and anchors stay.

ruamel.yaml composes the text into nodes and serializes them again. Its round trip (measured with 0.19.1) drops comments
inside of braces, leaves comments in their old columns, and writes `null` for an omitted value in braces. So the file is
formatted before the edit, since canonical braces contain no comments, and again after it. A canonical file then differs
only in the edited parts. The result is read again, and refused if it differs from the old tree in more than the edits,
or lacks a comment.
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
from taploom.source.edits import Edits, NodePath, has_only_edits
from taploom.source.reader import read
from taploom.source.rewrite import comment_texts, formatted

T = TypeVar("T")
_TEXT, _MAPPING = "tag:yaml.org,2002:str", "tag:yaml.org,2002:map"
_LEFT_OUT = "left-out-by-the-author"
_WIDE = 1 << 20


def edited(text: str, file: str, edits: Edits, report: Report) -> str:
    """The text of a spec after edits, in canonical form.

    Args:
        text: content of the file, in which the reader finds no mistake.
        file: path of the file, for diagnostics.
        edits: the edits to apply.
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
    if tree is not None and has_only_edits(before, tree, edits) and comment_texts(text) == comment_texts(after):
        return after
    message = "the file cannot be edited without changing its other content"
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
    """Edit a node of ruamel.yaml and all nodes below it; an aliased node is edited only once."""
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
    """The entry as a mapping, with the given keys set, or removed where the text is ""."""
    if not isinstance(entry, MappingNode):
        pairs = [] if _is_left_out(entry) else [(_scalar(shorthand), entry)]
        inline = not _is_block(entry)
        around = MappingNode(_MAPPING, pairs, flow_style=inline)
        if inline:  # a trailing comment of the value moves after the brace
            around.comment, entry.comment = entry.comment, None
        entry = around
    kept = _without(entry.value, keys)
    new = [(_scalar(key), _scalar(text)) for key, text in keys.items() if text]
    entry.value = _inserted(kept, new, last=bool(entry.flow_style))
    return entry


def _without(pairs: list[tuple[Any, Any]], keys: Map[str, str]) -> list[tuple[Any, Any]]:
    """The pairs without some keys; a removed pair's comment moves to the previous value if that one has no comment."""
    kept: list[tuple[Any, Any]] = []
    for key, value in pairs:
        if key.value not in keys:
            kept.append((key, value))
        elif kept and value.comment and not (last := _last(kept[-1][1])).comment:
            last.comment = value.comment
    return kept


def _last(node: Any) -> Any:
    """The last scalar or flow collection of a node, to which ruamel.yaml attaches the comment after the node."""
    while _is_block(node) and node.value:
        node = node.value[-1] if isinstance(node, SequenceNode) else node.value[-1][1]
    return node


def _inserted(pairs: list[T], new: list[T], *, last: bool) -> list[T]:
    """The pairs with the new ones added: at the end if `last`, else before the last pair.

    ruamel.yaml attaches comments that follow a block to its last pair, so this pair must stay the last one.
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
    anchor.value = name  # type: ignore[assignment]  # declared as None, but ruamel.yaml itself sets it to a name
    anchor.always_dump = True
    return anchor
