"""Properties of the reader and the formatter for any text."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import ruamel.yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from tests.source.documents import TREES, Value, quoted, texts

from taploom.base.diagnostic import Report
from taploom.base.span import Span
from taploom.source.characters import lines
from taploom.source.layout import LayoutNode, comments_of, laid_out
from taploom.source.reader import read
from taploom.source.rewrite import formatted
from taploom.source.tree import Mapping, Scalar, YamlNode

YAML_WORDS = "a|b: |- |{|}|[|]|, |: |? |&x |*x|'|\"|>-|# c|#|<<: |!t |fd00::|~|*|&|!|%|@|`|\\|é|😀"
LINES = ("\n", "\n  ", "\r\n", "\r", "|\n", "|2\n", "|+\n", "---\n", "...\n", "%YAML 1.1\n", "a: b\n", "x:\n  - y\n")
ODD = ("\t", "\x00", "\ufeff", "\u2028", "\x85", "\x7f", "\ud800")
FRAGMENTS = st.sampled_from((*YAML_WORDS.split("|"), *LINES, *ODD))


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A document with up to three places deleted or overwritten."""
    text = draw(texts())
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 6)))
        text = text[:start] + draw(st.just("") | FRAGMENTS) + text[end:]
    return text


ANY_TEXT = st.one_of(texts(), damaged(), st.lists(FRAGMENTS, max_size=25).map("".join), st.text(max_size=40))


def plain(node: YamlNode) -> Value:
    """A tree without its spans."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Mapping):
        return {key: plain(entry.value) for key, entry in node.pairs.items()}
    return [plain(item) for item in node.items]


def spans(node: YamlNode) -> Iterator[Span]:
    """All spans of a tree."""
    yield node.span
    if isinstance(node, Mapping):
        for entry in node.pairs.values():
            yield entry.key.span
            yield from spans(entry.value)
    elif not isinstance(node, Scalar):
        for item in node.items:
            yield from spans(item)


def by_ruamel(text: str) -> Value:
    """The value that ruamel.yaml composes from a text, with every scalar as text."""
    composed: Any = ruamel.yaml.YAML(typ="safe", pure=True).compose(StringIO(text))
    return _composed(composed)


def _composed(node: Any) -> Value:
    if isinstance(node, ScalarNode):
        return str(node.value)
    if isinstance(node, SequenceNode):
        return [_composed(item) for item in node.value]
    assert isinstance(node, MappingNode)
    return {str(key.value): _composed(value) for key, value in node.value}


def assert_inside(span: Span, text: str) -> None:
    """Assert that a span lies in the text, so that carets can be drawn below it."""
    rows = lines(text)
    assert 1 <= span.line <= span.end_line <= len(rows)
    assert 1 <= span.column <= len(rows[span.line - 1]) + 1
    assert 1 <= span.end_column <= len(rows[span.end_line - 1]) + 1
    assert (span.line, span.column) <= (span.end_line, span.end_column)


@settings(max_examples=120, deadline=None)
@given(ANY_TEXT)
def test_any_text_gives_a_tree_or_findings_with_spans_in_the_text(text: str) -> None:
    report = Report()
    root = read(text, "f.yaml", report)
    assert root is not None or report.failed
    for diagnostic in report.diagnostics:
        assert diagnostic.help
        for span in filter(None, (diagnostic.span, *(label.span for label in diagnostic.labels))):
            assert_inside(span, text)
    for span in spans(root) if root else ():
        assert_inside(span, text)


@settings(max_examples=80, deadline=None)
@given(texts())
def test_ruamel_reads_the_same_value(text: str) -> None:
    report = Report()
    root = read(text, "f.yaml", report)
    if root is None or report.diagnostics:
        return
    assert plain(root) == by_ruamel(text)


@settings(max_examples=60, deadline=None)
@given(TREES)
def test_quoted_texts_are_read_back(tree: dict[str, Value]) -> None:
    root = read(_written(tree), "f.yaml", Report())
    assert root is not None
    assert plain(root) == tree


def _written(value: Value) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    return "{" + ", ".join(f"{quoted(key)}: {_written(item)}" for key, item in value.items()) + "}"


@settings(max_examples=120, deadline=None)
@given(ANY_TEXT)
def test_formatting_keeps_the_value_and_is_idempotent(text: str) -> None:
    report = Report()
    root = read(text, "f.yaml", report)
    once = formatted(text, "f.yaml", report)
    if root is None or report.diagnostics:
        assert once == text
        return
    assert formatted(once, "f.yaml", report) == once
    assert by_ruamel(once) == plain(root)
    assert not report.diagnostics


@settings(max_examples=60, deadline=None)
@given(texts())
def test_formatting_keeps_all_comments(text: str) -> None:
    report = Report()
    once = formatted(text, "f.yaml", report)
    if not report.diagnostics:
        assert once.count("# own") == text.count("# own")
        assert once.count("# in") == text.count("# in")
        assert len(comments_of(once)) == len(comments_of(text))
        blocks = "".join(part.raw for part in _parts(laid_out(once)) if part.style in ("|", ">"))
        assert all(row == row.rstrip() or row in blocks for row in once.split("\n"))


def _parts(part: LayoutNode) -> Iterator[LayoutNode]:
    yield part
    for nested in part.parts:
        yield from _parts(nested)
