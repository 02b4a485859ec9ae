"""The state of the tree builder: collections that are still open, and anchored nodes."""

from dataclasses import field

from taploom.base.frozen import dataclass
from taploom.base.span import Span
from taploom.source.tree import KeyValue, Scalar, YamlNode


@dataclass(slots=True)
class OpenCollection:
    """A list or mapping whose end event has not been read yet.

    Attributes:
        span: its place; in block style only one character, or the first key.
        flow: True for a collection in brackets or braces.
        anchor: name of its anchor, or None.
        before: number of nodes of the file before it.
        pairs: pairs of a mapping; None for a list.
        items: items of a list.
        key: key of a mapping whose value has not been read yet, or None.
        wanted: whether the pair of `key` becomes a part of the tree.
        height: depth of nesting, from 1.
        torn: keys as in `Mapping.torn`.
    """

    span: Span
    flow: bool
    anchor: str | None
    before: int
    pairs: dict[str, KeyValue] | None
    items: list[YamlNode] = field(default_factory=list)
    key: Scalar | None = None
    wanted: bool = True
    height: int = 1
    torn: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Anchored:
    """A node with an anchor, which aliases repeat.

    Attributes:
        node: the node; None while a collection is still open.
        size: number of nodes in it, itself included.
        height: depth of nesting; 0 for a scalar.
    """

    node: YamlNode | None
    size: int
    height: int
