"""The canonical form of YAML texts, and the comments and styles that it keeps."""

from pathlib import Path

import pytest

from taploom.base.diagnostic import Report
from taploom.source.printer import WIDTH, Printer
from taploom.source.rewrite import formatted

BEFORE = (Path(__file__).parent / "before.yaml").read_text(encoding="utf-8")
AFTER = (Path(__file__).parent / "after.yaml").read_text(encoding="utf-8")


def form(text: str) -> str:
    """The canonical form of a valid text."""
    report = Report()
    after = formatted(text, "f.yaml", report)
    assert not report.diagnostics
    return after


ALIGNED = [
    # Aligned comments right after the longest value move with the values when these become longer …
    ("a: {b: c,d: e}  # x\nf: g            # y\n", "a: {b: c, d: e}  # x\nf: g             # y\n"),
    # … or shorter.
    ("a:      'bc' # x\nf:   g       # y\n", 'a: "bc"  # x\nf: g     # y\n'),
    # Aligned comments with more space before them stay in their column …
    ("a:   bc     # x\nf: g        # y\n", "a: bc       # x\nf: g        # y\n"),
    # … and move with the indentation, to the left or to the right.
    ("a:\n    b: c     # x\n    d: ef    # y\n", "a:\n  b: c     # x\n  d: ef    # y\n"),
    ("a:\n - b      # x\n - cd     # y\n", "a:\n  - b      # x\n  - cd     # y\n"),
    # A line without a comment does not split aligned comments; an empty line or another column does.
    ("a: bcd # x\nb:  c\nd: e   # y\n", "a: bcd  # x\nb: c\nd: e    # y\n"),
    ("a: bcd # x\n\nd: e   # y\n", "a: bcd  # x\n\nd: e   # y\n"),
    ("a: bcd # x\nb: c    # z\nd: e   # y\n", "a: bcd  # x\nb: c    # z\nd: e   # y\n"),
]


@pytest.mark.parametrize(("before", "after"), ALIGNED)
def test_aligned_comments_stay_aligned(before: str, after: str) -> None:
    assert form(before) == after
    assert form(after) == after


def test_a_complete_file() -> None:
    assert form(BEFORE) == AFTER
    assert form(AFTER) == AFTER


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:   b", "a: b\n"),
        ("a: {b:  c,d: [e,f]}\n", "a: {b: c, d: [e, f]}\n"),
        ("a: { }\n", "a: {}\n"),
        ("{}", "{}\n"),
        ("{a: b}\n", "a: b\n"),
        ("---\na: b\n...\n", "a: b\n"),
        ("a: b\r\nc: d\r\n", "a: b\nc: d\n"),
        ("\n\n# top\n\n\n\na: b\n\n\n", "# top\n\na: b\n"),
        ("a:\n    b:\n        c: d\n", "a:\n  b:\n    c: d\n"),
        ("a:\n- b\n-   c\n", "a:\n  - b\n  - c\n"),
        ("a:\n-\n  b: c\n  d: e\n- - f\n", "a:\n  - b: c\n    d: e\n  - - f\n"),
        ("a: 'b'\nc: 'it''s'\nd: '\"'\ne: '\\'\n", "a: \"b\"\nc: \"it's\"\nd: '\"'\ne: '\\'\n"),
        ("a: ~\nb: no\nc: 0123\nd: 22:22\ne:\nf: 1.10\n", "a: ~\nb: no\nc: 0123\nd: 22:22\ne:\nf: 1.10\n"),
        ("a: {mac: 52:54:00:12:34:56, v6: fd12::10}\n", "a: {mac: 52:54:00:12:34:56, v6: fd12::10}\n"),
        ("a: b   # c\n", "a: b   # c\n"),
        ("a: b # c\n", "a: b  # c\n"),
        ("a:\n      b: c # d\n", "a:\n  b: c  # d\n"),
        ("a: {b: c, # d\n  e: f}\n", "a:\n  b: c  # d\n  e: f\n"),
        ("a: [\n  # b\n  c,\n]\n", "a:\n  # b\n  - c\n"),
        ("a: {b: c,\n    d: e}\n", "a: {b: c, d: e}\n"),
        ("a: &x {b: c}\nd: *x\n", "a: &x {b: c}\nd: *x\n"),
        ("a: &x\n   b: c\nd:   *x\n", "a: &x\n  b: c\nd: *x\n"),
        ("a: |\n     b\n       c\n\n\nd: e\n", "a: |\n  b\n    c\n\nd: e\n"),
        ("a: |+\n  b\n\n\nd: e\n", "a: |+\n  b\n\n\nd: e\n"),
        ("a: |3-\n      b\n    c\n", "a: |2-\n     b\n   c\n"),
        ("a: >-  # why\n    b\n    c\n", "a: >-  # why\n  b\n  c\n"),
        ("a: b\n     c\n\n     d\n", "a: b\n  c\n\n  d\n"),
        ('a: "b\n     c"\n', 'a: "b\n  c"\n'),
        ("? a\n: b\n", "a: b\n"),
        ("a: # b\n  c\n", "a: c  # b\n"),
        ("a:\n  b: c\n  # in b\n# in a\nd: e\n", "a:\n  b: c\n  # in b\n# in a\nd: e\n"),
        ("a:\n- b\n# above d\nd: e\n", "a:\n  - b\n# above d\nd: e\n"),
    ],
)
def test_small_texts(before: str, after: str) -> None:
    assert form(before) == after
    assert form(after) == after


def test_a_mapping_that_is_too_wide_for_a_line_becomes_a_block() -> None:
    just, over = "x" * (WIDTH - len("a: {b: c, d: }")), "x" * (WIDTH - len("a: {b: c, d: }") + 1)
    assert form(f"a: {{b: c, d: {just}}}\n") == f"a: {{b: c, d: {just}}}\n"
    assert form(f"a: {{b: c, d: {over}}}\n") == f"a:\n  b: c\n  d: {over}\n"


def test_a_broken_file_is_left_unchanged() -> None:
    report = Report()
    assert formatted("a:  [b\n", "f.yaml", report) == "a:  [b\n"
    assert [f"{d.span} {d.code}" for d in report.diagnostics] == ["f.yaml:1:5 TL113"]


def test_a_key_of_several_lines_has_no_canonical_form() -> None:
    report = Report()
    text = "b:   c\n? |\n  a\n: d\n"
    assert formatted(text, "f.yaml", report) == text
    assert [f"{d.span} {d.code} {d.message}" for d in report.diagnostics] == [
        "f.yaml:2:3 TL126 this part has no canonical form"
    ]


def test_a_form_with_another_meaning_is_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("a: c\n", "a: b\n", "a: [\n", 'a: "b"  # d\n'):
        monkeypatch.setattr(Printer, "document", lambda *_, wrong=wrong: wrong)
        report = Report()
        assert formatted("a:  b # d\n", "f.yaml", report) == "a:  b # d\n"
        assert [d.code for d in report.diagnostics] == ["TL126"]
