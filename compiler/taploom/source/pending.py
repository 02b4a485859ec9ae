"""What a builder of trees keeps until the end of a collection, or of the file, has come."""

from dataclasses import field

from taploom.base.frozen import dataclass
from taploom.base.span import Span
from taploom.source.tree import KeyValue, Node, Scalar


@dataclass(slots=True)
class OpenCollection:
    """A collection whose end has not come yet."""

    span: Span
    flow: bool
    anchor: str | None
    before: int
    entries: dict[str, KeyValue] | None
    items: list[Node] = field(default_factory=list)
    key: Scalar | None = None
    wanted: bool = True
    height: int = 1
    torn: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Anchored:
    """What an alias repeats; `node` is None while the collection is still open."""

    node: Node | None
    size: int
    height: int
