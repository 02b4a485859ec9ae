"""The tree of a YAML text: texts, and spans counted by hand."""

import sys

import pytest
import yaml

from taploom.base.diagnostic import Report
from taploom.base.span import Span
from taploom.source import reader
from taploom.source.builder import DEPTH, MISTAKES
from taploom.source.reader import read, read_counted
from taploom.source.tree import Mapping, Scalar, Sequence, YamlNode, same_text

TEXT = """\
# a comment
site: {name: 'se ed', none: }
hosts:
  hv1:
    taps:
      - vm-*
      - "é\\t"
    note: |
      two
      lines
    wraps: one
      two
"""


def tree(text: str) -> Mapping:
    report = Report()
    root = read(text, "f.yaml", report)
    assert not report.diagnostics
    assert root is not None
    return root


def at(root: YamlNode, *path: str | int) -> YamlNode:
    for step in path:
        if isinstance(root, Mapping):
            root = root.pairs[str(step)].value
        else:
            assert isinstance(root, Sequence)
            root = root.items[int(step)]
    return root


def place(node: YamlNode) -> tuple[int, int, int, int]:
    return node.span[1:]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), (2, 1, 2, 5)),
        (("site",), (2, 7, 2, 30)),
        (("site", "name"), (2, 14, 2, 21)),
        (("site", "none"), (2, 29, 2, 29)),
        (("hosts",), (4, 3, 4, 6)),
        (("hosts", "hv1", "taps"), (6, 7, 6, 8)),
        (("hosts", "hv1", "taps", 0), (6, 9, 6, 13)),
        (("hosts", "hv1", "taps", 1), (7, 9, 7, 14)),
        (("hosts", "hv1", "note"), (8, 11, 8, 12)),
        (("hosts", "hv1", "wraps"), (11, 12, 12, 10)),
    ],
)
def test_spans_are_those_counted_by_hand(path: tuple[str | int, ...], expected: tuple[int, int, int, int]) -> None:
    assert place(at(tree(TEXT), *path)) == expected


def test_scalars_have_text_span_and_quoting() -> None:
    root = tree(TEXT)
    assert at(root, "site", "name") == Scalar("se ed", Span("f.yaml", 2, 14, 2, 21), quoted=True)
    assert at(root, "site", "none") == Scalar("", Span("f.yaml", 2, 29, 2, 29), quoted=False)
    for path, text, quoted in (
        (("taps", 0), "vm-*", False),
        (("taps", 1), "é\t", True),
        (("note",), "two\nlines\n", True),
        (("wraps",), "one two", False),
    ):
        node = at(root, "hosts", "hv1", *path)
        assert isinstance(node, Scalar)
        assert (node.text, node.quoted) == (text, quoted)
    assert root.pairs["hosts"].key.span == Span("f.yaml", 3, 1, 3, 6)


GUESSED = "52:54:00:12:34:56 22:22 no yes on true ~ null = 0123 0x1F 1.10 1e3 1_000 .inf 2001-01-01 fd12::10 fd00::/64"


@pytest.mark.parametrize("text", GUESSED.split())
def test_no_scalar_is_converted_to_another_type(text: str) -> None:
    node = at(tree(f"{{a: {text}, b: [{text}, {text}]}}"), "b", 1)
    assert isinstance(node, Scalar)
    assert (node.text, node.quoted) == (text, False)


def test_an_alias_repeats_a_node() -> None:
    root = tree("a: &x {b: c}\nd: *x\ne: [&y f, *y]\n*y : g\n")
    assert at(root, "a") is at(root, "d")
    assert at(root, "e", 0) is at(root, "e", 1)
    assert list(root.pairs) == ["a", "d", "e", "f"]


def test_the_first_of_two_equal_keys_counts() -> None:
    root = read("a: 1\na: 2\nb: {<<: {c: 3}, d: 4}\n", "f.yaml", Report())
    assert root is not None
    node = at(root, "a")
    assert isinstance(node, Scalar)
    assert node.text == "1"
    assert list(root.pairs["b"].value.pairs) == ["d"]  # type: ignore[union-attr]


def test_same_text_compares_only_texts_and_order() -> None:
    one = tree("a: {b: [c, d]}\n")
    assert same_text(one, tree("a:\n  b:\n  - c\n  - d\n"))
    for other in (
        "a: {b: [d, c]}",
        "a: {b: [c]}",
        "a: {b: [c, 'd']}",
        "a: {b: c}",
        "x: {b: [c, d]}",
        "a: {b: [c, d], e: f}",
    ):
        assert not same_text(one, tree(other))


def test_a_span_is_printed_in_the_form_of_editors() -> None:
    assert str(Span("specs/a.yaml", 3, 7, 3, 9)) == "specs/a.yaml:3:7"
    assert Span("a", 1, 2, 1, 3) < Span("a", 2, 1, 2, 1) < Span("b", 1, 1, 1, 1)


def test_without_libyaml_the_tree_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    by_libyaml = tree(TEXT)
    monkeypatch.setattr(reader, "LOADER", yaml.SafeLoader)
    by_python = tree(TEXT)
    assert same_text(by_libyaml, by_python)
    report = Report()
    for text in ("a: [b", "a: 'b", "a: fd00::\n", "a: @b", "a:\n\tb: c", "a: b\n---\nc: d", "a: *b", "a: !b c", "%X\n"):
        assert read(text, "f.yaml", report) is None or report.failed
    assert all(diagnostic.help for diagnostic in report.diagnostics)


def test_reading_does_not_recurse() -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        root = read("a: " + "[" * 63 + "]" * 63, "f.yaml", Report())
    finally:
        sys.setrecursionlimit(limit)
    assert root is not None


def codes(text: str) -> list[str]:
    report = Report()
    read(text, "f.yaml", report)
    return [diagnostic.code for diagnostic in report.diagnostics]


def test_the_limits_are_exact() -> None:
    assert codes("a: " + "[" * (DEPTH - 1) + "]" * (DEPTH - 1)) == []
    assert codes("a: " + "[" * DEPTH + "]" * DEPTH) == ["TL122"]
    assert codes("a: &x [[]]\nb: " + "[" * (DEPTH - 3) + "*x" + "]" * (DEPTH - 3)) == []
    assert codes("a: &x [[]]\nb: " + "[" * (DEPTH - 2) + "*x" + "]" * (DEPTH - 2)) == ["TL122"]
    assert codes("".join(f"k{n}: !t a\n" for n in range(MISTAKES))) == ["TL117"] * MISTAKES
    assert codes("".join(f"k{n}: !t a\n" for n in range(MISTAKES + 1))) == ["TL117"] * MISTAKES + ["TL125"]


def test_an_alias_counts_as_its_target() -> None:
    text = "a: &x [b, c]\nd: [*x, *x]\n"
    report = Report()
    root, count = read_counted(text, "f.yaml", report, limit=13)
    assert root is not None
    assert count == 1 + 1 + 3 + 1 + 1 + 3 + 3
    assert not report.diagnostics
    assert read_counted(text, "f.yaml", report, limit=12)[0] is None
    assert [diagnostic.code for diagnostic in report.diagnostics] == ["TL123"]
