"""The state of a builder of trees: collections that are still open, and anchored nodes of the file."""

from dataclasses import field

from taploom.base.frozen import dataclass
from taploom.base.span import Span
from taploom.source.tree import KeyValue, Scalar, YamlNode


@dataclass(slots=True)
class OpenCollection:
    """A collection whose end event has not been read yet."""

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
    """A node with an anchor, which aliases repeat; `node` is None while the collection is still open."""

    node: YamlNode | None
    size: int
    height: int
