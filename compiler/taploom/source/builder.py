"""Builds a tree from the events of a YAML parser.

The builder uses events instead of a library's tree, because events keep duplicate keys and both ends of each text, and
no resolver guesses types. The builder has a stack of its own, and so limits depth, size and aliases
before it builds anything large.
"""

from dataclasses import field

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from taploom.base.diagnostic import Diagnostic, Label, Report
from taploom.base.diagnostic_rule import DiagnosticRule
from taploom.base.frozen import dataclass
from taploom.base.span import Span, start_of
from taploom.source import codes
from taploom.source.characters import banned_value, name_of, position
from taploom.source.colons import colon_in_key
from taploom.source.pending import Anchored, OpenCollection
from taploom.source.tree import KeyValue, Mapping, Scalar, Sequence, YamlNode

DEPTH = 64
"""Maximum depth of nested collections; the language needs eight."""

NODES = 500_000
"""Maximum number of values in a site; 10,000 guests with a policy entry and a forward each have 300,000."""

MISTAKES = 100
"""Maximum number of mistakes; after more of them, the rest of a file is not read."""


_new = tuple.__new__  # twice as fast as `Span(…)`; the time matters, since each text has a span


class RefusedError(Exception):
    """Raised to stop reading a file; the reader catches it and reports its diagnostic."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


@dataclass(slots=True)
class Builder:
    """The builder of one file's tree from the events of the file.

    Attributes:
        text: content of the file.
        file: path of the file, for spans.
        report: collector of findings.
        limit: maximum number of nodes.
        count: number of nodes so far; an alias counts as all nodes that it repeats.
        root: first document of the file, once it is complete.
    """

    text: str
    file: str
    report: Report
    limit: int
    count: int = 0
    root: YamlNode | None = None
    _stack: list[OpenCollection] = field(default_factory=list)
    _anchors: dict[str, Anchored] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)
    _mistakes: int = 0
    _documents: int = 0

    def take(self, event: Event) -> None:
        """Extend the tree by one event.

        Raises:
            RefusedError: the rest of the file must not be read.
        """
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self._begin(event)
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            self._end(event)
        elif isinstance(event, AliasEvent):
            self._alias(event)
        elif isinstance(event, DocumentStartEvent):
            self._document(event)

    def _document(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            help_ = "move it to a separate file: taploom combines the sections of all files"
            raise self._refusal(codes.DOCUMENTS, "a second document begins here", self._span(event), help_)
        if event.version or event.tags:
            self._mistake(
                codes.DIRECTIVE, "a directive changes how YAML is read", start_of(self.file), "remove the line"
            )

    def _scalar(self, event: ScalarEvent) -> None:
        text, style = event.value, event.style
        start, end = event.start_mark, event.end_mark
        assert start is not None
        assert end is not None
        span = _new(Span, (self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1))
        node = Scalar(self._texts.setdefault(text, text), span, bool(style))
        self.count += 1
        if style or not text or event.anchor is not None or event.tag is not None or self.count > self.limit:
            node = self._unusual(event, node)
        self._place(node)

    def _unusual(self, event: ScalarEvent, node: Scalar) -> Scalar:
        """Handle rare scalars, such as quoted or anchored ones; plain scalars skip this function for speed."""
        self._grow(0, node.span)
        if event.style in ("|", ">"):
            node = Scalar(node.text, _one_character(node.span), quoted=True)
        elif not node.text and _index(event) >= len(self.text):
            node = Scalar("", self._end_of_text(), quoted=False)
        if not node.text.isprintable():
            self._check_escapes(node.text, node.span)
        if event.tag is not None:
            self._tag(event.tag, node.span)
        if event.anchor is not None:
            self._anchors[event.anchor] = Anchored(node, 1, 0)
        return node

    def _begin(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        span = self._span(event)
        self._grow(1, span)
        if len(self._stack) >= DEPTH:
            raise self._too_deep(span)
        if event.tag is not None:
            self._tag(event.tag, span)
        if event.anchor is not None:
            self._anchors[event.anchor] = Anchored(None, 0, 0)
        pairs: dict[str, KeyValue] | None = {} if isinstance(event, MappingStartEvent) else None
        flow = bool(event.flow_style)
        self._stack.append(
            OpenCollection(span if flow else _one_character(span), flow, event.anchor, self.count - 1, pairs)
        )

    def _end(self, event: MappingEndEvent | SequenceEndEvent) -> None:
        done = self._stack.pop()
        span = _joined(done.span, self._span(event)) if done.flow else done.span
        node: YamlNode = Sequence(tuple(done.items), span)
        if done.pairs is not None:
            node = Mapping(done.pairs, span, frozenset(done.torn)) if done.torn else Mapping(done.pairs, span)
        if done.torn:
            self._tear()
        if done.anchor is not None:
            self._anchors[done.anchor] = Anchored(node, self.count - done.before, done.height)
        if self._stack:
            self._stack[-1].height = max(self._stack[-1].height, done.height + 1)
        self._place(node)

    def _alias(self, event: AliasEvent) -> None:
        span, name = self._span(event), event.anchor or ""
        found = self._anchors.get(name)
        if found is None or found.node is None:
            missing = f"no `&{name}` above" if found is None else f"`*{name}` is inside of `&{name}`"
            help_ = "put it in quotes if no alias was meant" if found is None else "write the value out"
            self._mistake(codes.ALIAS, f"`*{name}` repeats nothing: {missing}", span, help_)
            self._place(Scalar("", span, quoted=False))
            return
        self._grow(found.size, span)
        if len(self._stack) + found.height > DEPTH:
            raise self._too_deep(span)
        if self._stack:
            self._stack[-1].height = max(self._stack[-1].height, found.height + 1)
        if isinstance(found.node, Mapping) and found.node.torn:
            self._tear()
        self._place(found.node)

    def _tear(self) -> None:
        """Mark the current entry of the open collection as torn, as its value contains a duplicate key."""
        if self._stack and (key := self._stack[-1].key) is not None:
            self._stack[-1].torn.add(key.text)

    def _place(self, node: YamlNode) -> None:
        if not self._stack:
            self.root = node
            return
        parent = self._stack[-1]
        if parent.pairs is None:
            parent.items.append(node)
        elif parent.key is None:
            self._take_key(parent, parent.pairs, node)
        else:
            key, parent.key = parent.key, None
            if parent.wanted:
                parent.pairs[key.text] = KeyValue(key, node)
                if ":" in key.text and not key.quoted:
                    self._check_colon(key, node, parent.pairs)

    def _take_key(self, parent: OpenCollection, pairs: dict[str, KeyValue], node: YamlNode) -> None:
        if not isinstance(node, Scalar):
            self._mistake(codes.KEY, "a key must be a name", node.span, "use a text as the key")
            parent.key, parent.wanted = Scalar("", node.span, quoted=True), False
            return
        parent.key, parent.wanted = node, node.text not in pairs
        if not parent.flow and not pairs:
            parent.span = node.span
        if node.text == "<<" and not node.quoted:
            parent.wanted = False
            help_ = "write the entries out, or repeat a whole value with an alias"
            self._mistake(codes.MERGE_KEY, "merge keys are not supported", node.span, help_)
        elif not node.text and not node.quoted:
            self._mistake(codes.KEY, "an entry has no key", node.span, "write a name before the colon")
        elif not parent.wanted:
            parent.torn.add(node.text)
            other = Label(pairs[node.text].key.span, "first given here")
            help_ = "combine the two entries, or rename one"
            self._mistake(codes.DUPLICATE, f"`{_shown(node.text)}` is given twice", node.span, help_, other)

    def _check_colon(self, key: Scalar, value: YamlNode, pairs: dict[str, KeyValue]) -> None:
        """Report a key such as `fd00::` or `a:b` without a value: no name has a colon, so a value or pair is meant."""
        if isinstance(value, Scalar) and not value.text and not value.quoted:
            message, help_ = colon_in_key(key, _shown(key.text), pairs)
            self._mistake(codes.QUOTES, message, key.span, help_)

    def _check_escapes(self, text: str, span: Span) -> None:
        if (character := banned_value(text)) is not None:
            message = f"the text contains {name_of(character)}"
            self._mistake(codes.CHARACTER, message, span, "remove the escape")

    def _tag(self, tag: str, span: Span) -> None:
        help_ = "remove it; if the text itself begins with `!`, put it in quotes"
        shown = tag.replace("tag:yaml.org,2002:", "!!", 1)
        self._mistake(codes.TAG, f"the tag `{_shown(shown)}` is not allowed", span, help_)

    def _grow(self, nodes: int, span: Span) -> None:
        self.count += nodes
        if self.count > self.limit:
            help_ = "repeat less by aliases, or split the site"
            raise self._refusal(codes.TOO_MANY, f"more than {NODES:,} values", span, help_)

    def _too_deep(self, span: Span) -> RefusedError:
        help_ = "close the brackets that were left open"
        return self._refusal(codes.DEEP, f"nested more than {DEPTH} levels deep", span, help_)

    def _refusal(self, rule: DiagnosticRule, message: str, span: Span, help_: str) -> RefusedError:
        return RefusedError(Diagnostic(rule, message, span, help_))

    def _mistake(self, rule: DiagnosticRule, message: str, span: Span, help_: str, *labels: Label) -> None:
        self._mistakes += 1
        if self._mistakes > MISTAKES:
            message = f"more than {MISTAKES} mistakes of YAML: the rest of the file is not read"
            raise self._refusal(codes.FLOOD, message, span, "correct the first ones, and run again")
        self.report.add(Diagnostic(rule, message, span, help_, labels))

    def _end_of_text(self) -> Span:
        """The position after the last character; libyaml's mark is a line too far if no line break ends the text."""
        line, column = position(self.text, len(self.text))
        return Span(self.file, line, column, line, column)

    def _span(self, event: Event) -> Span:
        start, end = event.start_mark, event.end_mark
        assert start is not None
        assert end is not None
        return Span(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _index(event: Event) -> int:
    assert event.start_mark is not None
    return event.start_mark.index


def _joined(start: Span, end: Span) -> Span:
    return Span(start.file, start.line, start.column, end.end_line, end.end_column)


def _one_character(span: Span) -> Span:
    return Span(span.file, span.line, span.column, span.line, span.column + 1)


def _shown(text: str) -> str:
    """The text on one line and cut to 40 characters, for a message."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 40 else f"{flat[:39]}…"
