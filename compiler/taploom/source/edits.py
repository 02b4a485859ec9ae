"""The edits of a spec file, and the check that an edited tree differs from the old tree only by the edits."""

from collections.abc import Mapping as Map
from dataclasses import field
from typing import TypeAlias

from taploom.base.frozen import dataclass
from taploom.source.tree import KeyValue, Mapping, Scalar, Sequence, YamlNode

NodePath: TypeAlias = tuple[str | int, ...]
"""The keys and indices that lead from the root of a file to a node."""


@dataclass(frozen=True, slots=True)
class Edits:
    """The edits of a file; all paths refer to the file before the edits.

    Attributes:
        values: new texts of scalars.
        keys: new texts of keys, by the path that ends in the key.
        entries: new texts of keys inside an entry, by the path of the entry; "" removes a key.
        shorthands: by the path of an entry that may be a plain value, the key for which this value stands.
    """

    values: Map[NodePath, str] = field(default_factory=dict)
    keys: Map[NodePath, str] = field(default_factory=dict)
    entries: Map[NodePath, Map[str, str]] = field(default_factory=dict)
    shorthands: Map[NodePath, str] = field(default_factory=dict)


def has_only_edits(before: YamlNode, after: YamlNode, edits: Edits, path: NodePath = ()) -> bool:
    """Whether the new tree has the content of the old tree with the edits, in the same order.

    The reader limits the depth of trees, so recursion is safe.
    """
    match before, after:
        case Scalar(), Scalar():
            return after.text == edits.values.get(path, before.text) and after.quoted == before.quoted
        case Sequence(), Sequence():
            items = enumerate(zip(before.items, after.items, strict=False))
            return len(before.items) == len(after.items) and all(
                has_only_edits(one, other, edits, (*path, index)) for index, (one, other) in items
            )
        case Mapping(), Mapping():
            pairs = zip(before.pairs.values(), after.pairs.values(), strict=False)
            return len(before.pairs) == len(after.pairs) and all(
                _pair_has_only_edits(one, other, edits, (*path, one.key.text)) for one, other in pairs
            )
        case _:
            return False


def _pair_has_only_edits(before: KeyValue, after: KeyValue, edits: Edits, path: NodePath) -> bool:
    if after.key.text != edits.keys.get(path, before.key.text):
        return False
    keys = edits.entries.get(path)
    if keys is None:
        return has_only_edits(before.value, after.value, edits, path)
    if not isinstance(after.value, Mapping) or not _has(after.value, keys):
        return False
    rest = _without(after.value, keys)
    if isinstance(before.value, Mapping):
        return has_only_edits(_without(before.value, keys), rest, edits, path)
    if not rest.pairs:
        return isinstance(before.value, Scalar) and not before.value.text
    stands = rest.pairs.get(edits.shorthands.get(path, ""))
    return len(rest.pairs) == 1 and stands is not None and has_only_edits(before.value, stands.value, edits, path)


def _has(mapping: Mapping, keys: Map[str, str]) -> bool:
    """Whether a mapping has each given key with the given text, and lacks each key whose given text is ""."""
    found = {name: one.value for name, one in mapping.pairs.items() if name in keys}
    texts = {name: value.text for name, value in found.items() if isinstance(value, Scalar)}
    return texts == {name: text for name, text in keys.items() if text} and len(texts) == len(found)


def _without(mapping: Mapping, keys: Map[str, str]) -> Mapping:
    return Mapping({name: one for name, one in mapping.pairs.items() if name not in keys}, mapping.span)
