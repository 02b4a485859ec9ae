"""The tree that a YAML text becomes: texts, lists and mappings, each with its place.

Scalars stay text. YAML's own guesses turn `52:54:00:12:34:56` and `22:22` into numbers, `no` into a boolean and `1.10`
into 1.1, so none of them is ever made: the language knows what it expects at a place, and YAML does not.
"""

from typing import TypeAlias

from taploom.base.frozen import dataclass
from taploom.base.span import Span


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text as the user wrote it.

    Attributes:
        text: the characters, after YAML's escapes and folding; "" where a value is left out.
        span: from the first to the last character, quotes included; of a block scalar the indicator alone.
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
        span: the brackets and all between; in block style the first line, from the first dash.
    """

    items: "tuple[Node, ...]"
    span: Span


@dataclass(frozen=True, slots=True)
class KeyValue:
    """One line of a mapping: the key keeps its place, which is where most diagnostics point."""

    key: Scalar
    value: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping from text to nodes.

    Attributes:
        entries: by the text of the key, in the order of the file; of a key given twice the first entry.
        span: the braces and all between; in block style the first key.
        torn: keys that are given twice, or whose values have such a key in them: it is unclear what they say.
    """

    entries: dict[str, KeyValue]
    span: Span
    torn: frozenset[str] = frozenset()


Node: TypeAlias = Scalar | Sequence | Mapping


def same_text(one: Node, other: Node) -> bool:
    """Whether two trees say the same in the same order, wherever their parts stand.

    Depth is bounded by the reader, so recursion is safe.
    """
    match one, other:
        case Scalar(), Scalar():
            return one.text == other.text and one.quoted == other.quoted
        case Sequence(), Sequence():
            return len(one.items) == len(other.items) and all(map(same_text, one.items, other.items))
        case Mapping(), Mapping():
            pairs = zip(one.entries.values(), other.entries.values(), strict=False)
            return len(one.entries) == len(other.entries) and all(
                same_text(a.key, b.key) and same_text(a.value, b.value) for a, b in pairs
            )
        case _:
            return False
