"""Decodes the mappings of a tree into models, each of which is a set of keys with parsers.

A parser returns a value, or `None` after it has reported a finding. An entry with a wrong value is left out as broken,
so that one mistake neither hides others nor causes more.
"""

# A parser returns None after a diagnostic, and `refuse` returns None so that a parser can return its result.
# mypy: disable-error-code="func-returns-value"

import re
from collections.abc import Callable
from collections.abc import Mapping as Map
from dataclasses import field
from typing import Any, Generic, Protocol, TypeVar

from taploom.base.diagnostic import Diagnostic, Report
from taploom.base.diagnostic_rule import DiagnosticRule
from taploom.base.frozen import dataclass
from taploom.base.names import is_name
from taploom.base.span import Span
from taploom.source.tree import Mapping, Scalar, Sequence, YamlNode
from taploom.spec import codes
from taploom.spec.mention import Mentions, nothing
from taploom.spec.shown import is_empty, visible
from taploom.spec.unknown import address_key, is_torn, torn, unknown_key
from taploom.spec.unsaid import SynonymKeys, report_unsaid

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Schema = dict[str, Any]


class Parser(Protocol[T_co]):
    """Decodes one kind of value and describes it."""

    def parse(self, node: YamlNode, report: Report) -> T_co | None:
        """The value, or None after a diagnostic."""

    def schema(self) -> Schema:
        """The JSON Schema (2020-12) of the values that `parse` accepts."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a model.

    Attributes:
        name: its name in specs, in kebab-case.
        parser: the parser of its value.
        doc: one or two sentences for editors and the reference.
        default: its value if the key is absent.
        required: whether each entry must have it.
        example: a value in YAML, for the reference.
    """

    name: str
    parser: Parser[Any]
    doc: str
    default: Any = None
    required: bool = False
    example: str = ""

    @property
    def attribute(self) -> str:
        """Name of the field of the model: a Python identifier."""
        plain = self.name.replace("-", "_")
        return f"{plain}_" if plain == "from" else plain

    def annotations(self) -> Schema:
        """The key's JSON Schema keywords for editors and the reference; `$comment` is an example that is a mapping."""
        found: Schema = {"description": self.doc}
        if isinstance(self.default, bool | int) or (isinstance(self.default, str) and self.default):
            found["default"] = self.default
        if self.example:
            mapping = self.example.startswith("{")
            found |= {"$comment": self.example} if mapping else {"examples": [_plain(self.example)]}
        return found


@dataclass(frozen=True)
class Model(Generic[T]):
    """A mapping with known keys, decoded into a dataclass.

    Attributes:
        noun: its name in messages, such as `a guest`.
        make: the dataclass that it is decoded into.
        keys: its keys.
        shorthand: the key that takes the whole value if it is no mapping; "" if only a mapping is accepted.
        unsaid: keys of other tools that the model lacks, with a hint for each.
    """

    noun: str
    make: Callable[..., T]
    keys: tuple[Key, ...]
    shorthand: str = ""
    unsaid: tuple[SynonymKeys, ...] = ()
    by_name: Map[str, Key] = field(init=False, repr=False)
    defaults: Map[str, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {key.name: key for key in self.keys})
        object.__setattr__(self, "defaults", {key.attribute: key.default for key in self.keys if not key.required})

    def parse(self, node: YamlNode, report: Report) -> T | None:
        """Decode a mapping; an empty value counts as an empty mapping."""
        if isinstance(node, Mapping):
            return self._decode(node, report)
        if self.shorthand and not is_empty(node):
            return self._shorthand(node, report)
        if is_empty(node):
            return self._decode(Mapping({}, node.span), report)
        message = f"{self.noun} is a mapping, not {shape(node)}"
        return refuse(report, codes.WRONG_SHAPE, message, node.span, self._example())

    def _example(self) -> str:
        """An example for a hint: the required keys, or else the first key that has an example."""
        shown = [key for key in self.keys if key.required] or [key for key in self.keys if key.example][:1]
        return f"such as `{{{', '.join(f'{key.name}: {key.example}' for key in shown)}}}`"

    def _shorthand(self, node: YamlNode, report: Report) -> T | None:
        key = self.by_name[self.shorthand]
        value = key.parser.parse(node, report)
        if value is None:
            return None
        return self.make(**{**self.defaults, key.attribute: value})

    def _decode(self, node: Mapping, report: Report) -> T | None:
        values = dict(self.defaults)
        whole = True
        meant: set[str] = set()
        foreign = report_unsaid(self.unsaid, node, report)
        for name, entry in node.pairs.items():
            key = self.by_name.get(name)
            if key is None:
                near = foreign.get(name)
                if near is None and is_torn(name, entry.value):
                    whole = torn(report, entry.key)
                    continue
                if near is None:
                    sure = address_key(name, entry.value)
                    near = unknown_key(report, entry.key, self.noun, self.by_name, sure if sure in self.by_name else "")
                meant.update(near)
                whole &= self._guess(near, node, entry.value, values)
                continue
            value = key.parser.parse(entry.value, report)
            if value is None:
                whole = False
            values[key.attribute] = value
        for key in self.keys:
            if key.required and key.attribute not in values:
                whole = False
                if key.name in meant:  # the misspelt key has been reported
                    continue
                message = f"{self.noun} lacks its key `{key.name}`"
                refuse(report, codes.MISSING_KEY, message, node.span, hint=f"add `{key.name}: …`: {_first(key.doc)}")
        return self.make(**values) if whole else None

    def _guess(self, near: tuple[str, ...], node: Mapping, value: YamlNode, values: dict[str, Any]) -> bool:
        """Decode a misspelt key as the only key that it can mean, so that the mistake causes no further findings.

        Returns:
            Whether the entry can be used: False if several absent keys may be meant, or if the value is invalid.
        """
        missing = [self.by_name[name] for name in near if name not in node.pairs]
        if len(missing) != 1:
            return not missing
        key, unsaid = missing[0], Report()
        found = values[key.attribute] = key.parser.parse(value, unsaid)
        return found is not None

    def schema(self) -> Schema:
        """The schema of an object without additional properties, or of the shorthand."""
        properties = {key.name: {**key.parser.schema(), **key.annotations()} for key in self.keys}
        found: Schema = {"type": ["object", "null"], "properties": properties, "additionalProperties": False}
        required = [key.name for key in self.keys if key.required]
        if required:
            found |= {"required": required, "type": "object"}
        if self.shorthand:
            return {"anyOf": [self.by_name[self.shorthand].parser.schema(), found]}
        return found


@dataclass(frozen=True, slots=True)
class ListOf(Generic[T]):
    """A list of values, or one value alone; decoded to a tuple in the order written."""

    item: Parser[T]
    noun: str

    def parse(self, node: YamlNode, report: Report) -> tuple[T, ...] | None:
        """Decode each item; None if an item is wrong."""
        if isinstance(node, Mapping):
            message = f"expected {self.noun} or a list of them, not a mapping"
            return refuse(report, codes.WRONG_SHAPE, message, node.span, "write it without keys: `a`, or `[a, b]`")
        nodes = node.items if isinstance(node, Sequence) else (node,)
        found = [self.item.parse(each, report) for each in nodes]
        if not found:
            message = f"expected {self.noun}, and the list is empty"
            return refuse(report, codes.BAD_VALUE, message, node.span, "name at least one, or remove the key")
        return None if any(value is None for value in found) else tuple(v for v in found if v is not None)

    def schema(self) -> Schema:
        """The schema of one item or of an array of items."""
        one = self.item.schema()
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


@dataclass(frozen=True, slots=True)
class MapOf(Generic[T]):
    """A mapping from names to entries; broken entries are left out, but the tree keeps their names.

    Attributes:
        item: the parser of an entry.
        noun: the name of an entry in messages.
        check_key: whether a key is a valid name; it reports any other key.
        mentions: finds the names of objects of other sections in a key.
    """

    item: Parser[T]
    noun: str
    check_key: Callable[[Scalar, Report], bool]
    mentions: Mentions = nothing

    def parse(self, node: YamlNode, report: Report) -> dict[str, T] | None:
        """Decode each entry."""
        if is_empty(node):
            return {}
        if not isinstance(node, Mapping):
            message = f"expected a mapping from names to {self.noun} entries, not {shape(node)}"
            first = node.items[0] if isinstance(node, Sequence) and node.items else node
            hint = (
                f"write `{{{visible(first.text)}: {{}}}}`"
                if isinstance(first, Scalar) and is_name(first.text)
                else "begin with a name"
            )
            return refuse(report, codes.WRONG_SHAPE, message, node.span, hint)
        found = {}
        for name, entry in node.pairs.items():
            named = self.check_key(entry.key, report)
            value = self.item.parse(entry.value, report)
            if named and value is not None:
                found[name] = value
        return found

    def schema(self) -> Schema:
        """The schema of an object whose values are all entries of one kind."""
        return {"type": ["object", "null"], "additionalProperties": self.item.schema()}


def _first(doc: str) -> str:
    """The first sentence of a key's description, in lower case, to follow a colon in a hint."""
    sentence = re.split(r"[.;](?:\s|$)", doc, maxsplit=1)[0]
    return sentence[0].lower() + sentence[1:]


def _plain(example: str) -> object:
    """The JSON value of an example, which is a scalar or a list of scalars in YAML's flow style."""
    if example.startswith("["):
        return [_plain(item) for item in example[1:-1].split(", ")]
    if example in ("true", "false"):
        return example == "true"
    return int(example) if example.isdigit() else example.strip('"')


def refuse(report: Report, rule: DiagnosticRule, message: str, span: Span, hint: str = "") -> None:
    """Report a mistake, and return None as the result of the parser."""
    report.add(Diagnostic(rule, message, span, hint))


def shape(node: YamlNode) -> str:
    """The kind of a node in words, or the text of a scalar."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    return f"`{visible(node.text)}`" if node.text else "empty"
