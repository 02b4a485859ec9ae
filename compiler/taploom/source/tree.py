"""The tree of a YAML text: texts, lists and mappings, each with its place.

Scalars stay text. YAML's type resolution turns `52:54:00:12:34:56` and `22:22` into numbers, `no` into a boolean and
`1.10` into 1.1, so it is never used: the language knows the type of the value at each place, and YAML does not.
"""

from typing import TypeAlias

from taploom.base.frozen import dataclass
from taploom.base.span import Span


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text as the user wrote it.

    Attributes:
        text: the characters, after YAML's escapes and folding; "" if the value is left out.
        span: from the first to the last character, quotes included; for a block scalar only the indicator.
        quoted: whether it has quotes or is a block scalar, so that `"yes"` can differ from `yes`.
    """

    text: str
    span: Span
    quoted: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list.

    Attributes:
        items: the nodes in the order of the text.
        span: the brackets and all between them; in block style only the first dash.
    """

    items: "tuple[YamlNode, ...]"
    span: Span


@dataclass(frozen=True, slots=True)
class KeyValue:
    """A pair of a mapping; the key has its own place, as most diagnostics point at a key."""

    key: Scalar
    value: "YamlNode"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping from text to nodes.

    Attributes:
        pairs: by the text of the key, in the order of the file; for a duplicate key, the first pair.
        span: the braces and all between them; in block style the first key.
        torn: keys that are duplicate, or whose values contain a duplicate key, so that their meaning is unclear.
    """

    pairs: dict[str, KeyValue]
    span: Span
    torn: frozenset[str] = frozenset()


YamlNode: TypeAlias = Scalar | Sequence | Mapping


def same_text(one: YamlNode, other: YamlNode) -> bool:
    """Whether two trees have equal texts in the same order, regardless of spans.

    Depth is bounded by the reader, so recursion is safe.
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
