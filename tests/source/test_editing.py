"""Edits through ruamel.yaml apply exactly the requested changes, or nothing."""

from hypothesis import given, settings
from tests.source.documents import texts
from tests.source.test_properties import by_ruamel

from taploom.base.diagnostic import Report
from taploom.source.editing import edited
from taploom.source.edits import Edits
from taploom.source.reader import read
from taploom.source.rewrite import formatted
from taploom.source.tree import Scalar

NEW = "another-name"


@settings(max_examples=150, deadline=None)
@given(texts())
def test_an_edit_changes_exactly_the_requested_keys_and_values(text: str) -> None:
    found = Report()
    root = read(text, "f.yaml", found)
    if root is None or found.diagnostics or NEW in text:
        return
    first, entry = next(iter(root.pairs.items()))
    edits = Edits(keys={(first,): NEW}, values={(first,): NEW} if isinstance(entry.value, Scalar) else {})
    report = Report()
    after = edited(text, "f.yaml", edits, report)
    if report.diagnostics:
        assert after == text
        return
    before = by_ruamel(text)
    assert isinstance(before, dict)
    renamed = {NEW if key == first else key: value for key, value in before.items()}
    assert by_ruamel(after) == renamed | ({NEW: NEW} if edits.values else {})


@settings(max_examples=150, deadline=None)
@given(texts())
def test_an_empty_edit_gives_the_canonical_form(text: str) -> None:
    found = Report()
    if read(text, "f.yaml", found) is None or found.diagnostics:
        return
    report, unformatted = Report(), Report()
    after = edited(text, "f.yaml", Edits(), report)
    canonical = formatted(text, "f.yaml", unformatted)
    if not report.diagnostics and not unformatted.diagnostics:
        assert by_ruamel(after) == by_ruamel(canonical)


def test_anchors_quotes_comments_and_empty_values_are_kept() -> None:
    text = 'a: &x {b: , "c": "d"}  # one\ne: *x\nf: {g: ~, h: 022}\ni:\n  - "j"  # two\n  # three\nk:\n'
    report = Report()
    after = edited(text, "f.yaml", Edits(keys={("i",): NEW}, values={("i", 0): "z"}), report)
    assert not report.diagnostics
    assert after == text.replace("i:", f"{NEW}:").replace('"j"', '"z"')
