"""Compares the text format of findings with the expected text, letter by letter."""

import re
import textwrap
from dataclasses import replace

import pytest
from tests.report.findings import HOSTILE, TWICE, UNKNOWN, all_kinds, dmx, line

from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.span import Span
from taploom.report.diagnostics.concise import concise
from taploom.report.diagnostics.findings import Findings
from taploom.report.diagnostics.full import full


def shown(diagnostic: Diagnostic, text: str) -> list[str]:
    """The text form of a finding in a file with `text` on every line."""
    return full(Findings((diagnostic,), lambda _file, _line: text)).splitlines()


def test_the_documented_example() -> None:
    assert full(Findings((dmx(),), line)) == textwrap.dedent("""\
        specs/hosts.yaml:44:16: error[TL203]: unknown network `dmx`
           |
        44 |     networks: {dmx: {}}
           |                ^^^ help: did you mean `dmz`?
           = declared: specs/networks.yaml:18:3 `dmz`
           = docs: taploom explain TL203
        """)


def test_source_lines_of_a_label_are_aligned_with_the_first() -> None:
    label = Label(Span("specs/hosts.yaml", 7, 3, 7, 6), "first here")
    twice = Diagnostic(TWICE, "`hv1` is defined twice", Span("specs/hosts.yaml", 12, 3, 12, 6), labels=(label,))
    assert full(Findings((twice,), line)) == textwrap.dedent("""\
        specs/hosts.yaml:12:3: error[TL205]: `hv1` is defined twice
           |
        12 |   hv1: {}
           |   ^^^
          ::: specs/hosts.yaml:7:3
           |
         7 |   hv1:
           |   --- first here
           = docs: taploom explain TL205
        """)


def test_without_source_lines_help_and_labels_become_notes() -> None:
    label = Label(Span("specs/gone.yaml", 1, 1, 1, 2), "first here")
    found = Diagnostic(UNKNOWN, "no", Span("specs/gone.yaml", 9, 1, 9, 1), help="look again", labels=(label,))
    assert full(Findings((found,), line)).splitlines() == [
        "specs/gone.yaml:9:1: error[TL203]: no",
        "  = help: look again",
        "  = first here: specs/gone.yaml:1:1",
        "  = docs: taploom explain TL203",
    ]


def test_a_waived_finding_shows_its_reason() -> None:
    text = full(Findings((dmx().waived("the network comes next week"),), line))
    assert text.startswith("specs/hosts.yaml:44:16: waived error[TL203]: ")
    assert "   = waived: the network comes next week\n" in text


def test_a_finding_without_a_place_has_no_source_line() -> None:
    found = replace(dmx(), span=None, notes=())
    assert full(Findings((found,), line)) == (
        "error[TL203]: unknown network `dmx`\n  = help: did you mean `dmz`?\n  = docs: taploom explain TL203\n"
    )


@pytest.mark.parametrize(
    ("text", "column", "end", "source", "below"),
    [
        ("ключ: 值値: x", 7, 9, "ключ: 值値: x", "      ^^^^"),  # a wide character takes two columns
        ("e\u0301e\u0301: x", 6, 7, "e\u0301e\u0301: x", "   ^"),  # a combining character takes none
        ("\t- x", 1, 2, "␉- x", "^"),
        ("a: \x1b[31mred", 4, 5, "a: ␛[31mred", "   ^"),
        ("a: \u202etxt", 4, 8, "a: <U+202E>txt", "   ^^^^^^^^^^^"),
        ("a: b", 5, 5, "a: b", "    ^"),  # an empty span still has a caret
        ("a: b", 90, 95, "a: b", "    ^"),  # a caret beyond the line stands at its end
        ("a: b\r", 4, 5, "a: b␍", "   ^"),
    ],
)
def test_the_caret_is_in_the_visible_column(text: str, column: int, end: int, source: str, below: str) -> None:
    lines = shown(replace(dmx(), span=Span("f", 1, column, 1, end), help=""), text)
    assert lines[2] == f"1 | {source}"
    assert lines[3] == f"  | {below}"


def test_a_span_over_several_lines_is_marked_on_its_first() -> None:
    lines = shown(replace(dmx(), span=Span("f", 1, 4, 3, 2), help=""), "a: {b: c,")
    assert lines[3] == "  |    ^^^^^^"


@pytest.mark.parametrize("column", [1, 50, 2_000_000, 4_999_998])
def test_a_long_line_is_cut_around_the_caret(column: int) -> None:
    text = "x" * (column - 1) + "YY" + "x" * (5_000_000 - column - 1)
    lines = shown(replace(dmx(), span=Span("f", 1, column, 1, column + 2), help=""), text)
    assert len(lines[2]) < 120
    start = lines[3].index("^")
    assert lines[2][start : start + 2] == "YY"
    assert lines[3].endswith("^^")


def test_hostile_texts_are_escaped_for_the_terminal() -> None:
    found = Diagnostic(
        UNKNOWN, HOSTILE, Span(HOSTILE, 1, 1, 1, 2), HOSTILE, (Label(Span(HOSTILE, 2, 1, 2, 2), HOSTILE),), (HOSTILE,),
        HOSTILE, HOSTILE,
    )  # fmt: skip
    for renderer in (full, concise):
        text = renderer(Findings((found,), lambda _file, _line: HOSTILE))
        assert not {char for char in text if not char.isprintable()} - {"\n"}
        assert "\n::error" not in text
        assert "<U+202E>" in text


def test_colour_changes_no_text() -> None:
    plain, colored = full(all_kinds()), full(replace(all_kinds(), color=True))
    assert "\x1b[1;31merror[TL203]\x1b[0m" in colored
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain


def test_concise_prints_one_line_per_finding() -> None:
    assert concise(all_kinds()).splitlines()[:3] == [
        "note[TL702]: `old` matches nothing",
        "specs/hosts.yaml:44:16: error[TL203]: unknown network `dmx`",
        "specs/hosts.yaml:12:3: waived error[TL205]: `hv1` is defined twice",
    ]
