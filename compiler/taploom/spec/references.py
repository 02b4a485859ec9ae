"""Finds the places of a spec that refer to an object; each of them has to change when the object is renamed."""

from collections.abc import Iterator
from itertools import chain

from taploom.base.frozen import dataclass
from taploom.base.span import Span
from taploom.source.edits import NodePath
from taploom.source.tree import Mapping, Scalar, Sequence, YamlNode
from taploom.spec.decode import ListOf, MapOf, Model, Parser
from taploom.spec.document import SECTIONS
from taploom.spec.mention import Mention
from taploom.spec.scalars import ScalarParser
from taploom.spec.single import FixedPrefixParser, SingleParser


@dataclass(frozen=True, slots=True)
class Reference:
    """A place that refers to an object.

    Attributes:
        path: keys and indices from the root of the file.
        is_key: True if the name is in the last key of the path, False if it is in the value.
        text: the whole text of that key or value.
        mention: the name within the text.
        span: the span of the key or value.
    """

    path: NodePath
    is_key: bool
    text: str
    mention: Mention
    span: Span

    def renamed(self, name: str) -> str:
        """The text with another name."""
        start = self.mention.start
        return self.text[:start] + name + self.text[start + len(self.mention.name) :]


def references(root: Mapping) -> Iterator[Reference]:
    """All places of a file that refer to an object; keys that define an object are left out."""
    for key in SECTIONS:
        if key.name in root.pairs:
            yield from _within(key.parser, root.pairs[key.name].value, (key.name,))


def _within(parser: Parser[object], node: YamlNode, path: NodePath) -> Iterator[Reference]:
    match parser, node:
        case Model(), Mapping():
            known = ((parser.by_name.get(name), entry.value) for name, entry in node.pairs.items())
            yield from chain.from_iterable(
                _within(key.parser, value, (*path, key.name)) for key, value in known if key is not None
            )
        case Model(), _ if parser.shorthand:
            yield from _within(parser.by_name[parser.shorthand].parser, node, path)
        case MapOf(), Mapping():
            for name, entry in node.pairs.items():
                yield from _in_text(parser, entry.key, (*path, name), is_key=True)
                yield from _within(parser.item, entry.value, (*path, name))
        case ListOf(), Sequence():
            for index, item in enumerate(node.items):
                yield from _within(parser.item, item, (*path, index))
        case ListOf(), _:
            yield from _within(parser.item, node, path)
        case SingleParser() | FixedPrefixParser(), _:
            yield from _within(parser.value, node, path)
        case ScalarParser(), Scalar():
            yield from _in_text(parser, node, path, is_key=False)


def _in_text(
    parser: MapOf[object] | ScalarParser[object], scalar: Scalar, path: NodePath, *, is_key: bool
) -> Iterator[Reference]:
    for mention in parser.mentions(scalar.text):
        yield Reference(path, is_key, scalar.text, mention, scalar.span)
