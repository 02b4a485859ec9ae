"""The tree of a YAML text: scalars, lists and mappings, each with its place.

Scalars stay text, without YAML's type resolution, which turns `52:54:00:12:34:56` and `22:22` into numbers, `no` into a
boolean and `1.10` into 1.1. The decoder of the language knows the type of the value at each place.
"""

from typing import TypeAlias

from taploom.base.frozen import dataclass
from taploom.base.span import Span


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar as untyped text.

    Attributes:
        text: characters after YAML's escapes and folding; "" if the value is omitted.
        span: from the first to the last character, including quotes; for a block scalar only the indicator.
        quoted: True for text in quotes and for a block scalar, so that `"yes"` can differ from `yes`.
    """

    text: str
    span: Span
    quoted: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list.

    Attributes:
        items: nodes in the order of the text.
        span: from bracket to bracket; in block style only the first dash.
    """

    items: "tuple[YamlNode, ...]"
    span: Span


@dataclass(frozen=True, slots=True)
class KeyValue:
    """A pair of a mapping; the key has a span of its own, because most diagnostics point at a key."""

    key: Scalar
    value: "YamlNode"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping from text to nodes.

    Attributes:
        pairs: pairs by the text of their key, in the order of the file; for a duplicate key, the first pair.
        span: from brace to brace; in block style only the first key.
        torn: keys whose meaning is unclear, because they are duplicate or their values contain a duplicate key.
    """

    pairs: dict[str, KeyValue]
    span: Span
    torn: frozenset[str] = frozenset()


YamlNode: TypeAlias = Scalar | Sequence | Mapping


def same_text(one: YamlNode, other: YamlNode) -> bool:
    """Whether two trees have equal texts in the same order, regardless of spans.

    The reader limits the depth of trees, so recursion is safe.
    """
    match one, other:
        case Scalar(), Scalar():
            return one.text == other.text and one.quoted == other.quoted
        case Sequence(), Sequence():
            return len(one.items) == len(other.items) and all(map(same_text, one.items, other.items))
        case Mapping(), Mapping():
            pairs = zip(one.pairs.values(), other.pairs.values(), strict=False)
            return len(one.pairs) == len(other.pairs) and all(
                same_text(a.key, b.key) and same_text(a.value, b.value) for a, b in pairs
            )
        case _:
            return False
