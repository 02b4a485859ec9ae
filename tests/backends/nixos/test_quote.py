"""Printed Nix strings: Nix returns every text unchanged and evaluates nothing inside it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.backends.nixos import nix
from tests.support import needs

from taploom.backends.artifact import Line
from taploom.backends.nixos import printer
from taploom.backends.nixos.tree import Attribute, AttributeSet, IndentedString, Integer, ListItem, NixList, NixString

pytestmark = needs(nix.NIX)

HOSTILE = (
    "${builtins.readFile /etc/shadow}", "$${x}", "$$${x}", "\\${x}", "''${x}", "'${x}", "''", "'''", "''''", "'", "$",
    "$'", "'$", "\\", '"', '\\"', "''\\n", "\r", "\r\n", "\t", "  two", " ", "", "or", "let", "a.b", "a'b", "1a", "-a",
    "é€😀", "\u2028", "\x7f", "\x1b[31m", "/* */", "# no comment", "@th", "''\\'", "then",
)  # fmt: skip
fragments = st.sampled_from((*HOSTILE, "\n", "{", "}", "a"))
anything = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
texts = st.one_of(anything, st.lists(fragments, max_size=8).map("".join))
one_line = texts.map(lambda text: text.replace("\n", ""))


def value_of(expression: object) -> object:
    return nix.evaluate("-", text=printer.expression(expression))  # type: ignore[arg-type]


def as_lines(*lines: str) -> IndentedString:
    return IndentedString(tuple(map(Line, lines)))


def test_hostile_strings_are_preserved() -> None:
    block = as_lines(*(text for text in HOSTILE if "\n" not in text))
    assert value_of(NixList(tuple(ListItem(NixString(text)) for text in HOSTILE))) == list(HOSTILE)
    assert value_of(block) == "".join(f"{line.text}\n" for line in block.lines)


@settings(max_examples=25, deadline=None)
@given(st.lists(texts, min_size=2, max_size=60))
def test_strings_are_preserved(values: list[str]) -> None:
    assert value_of(NixList(tuple(ListItem(NixString(text)) for text in values))) == values


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(one_line, max_size=6), min_size=2, max_size=20))
def test_blocks_of_lines_are_preserved(blocks: list[list[str]]) -> None:
    printed = NixList(tuple(ListItem(as_lines(*lines)) for lines in blocks))
    assert value_of(printed) == ["".join(f"{line}\n" for line in lines) for lines in blocks]


@settings(max_examples=25, deadline=None)
@given(st.sets(texts, max_size=30), st.integers(-(2**62), 2**62), st.booleans())
def test_attribute_names_are_preserved(names: set[str], number: int, inline: bool) -> None:
    entries = tuple(Attribute((name, name), Integer(number)) for name in sorted(names))
    assert value_of(AttributeSet(entries, inline)) == {name: {name: number} for name in names}


def test_a_text_with_nul_is_refused() -> None:
    for value in (NixString("a\0b"), as_lines("a\0b")):
        with pytest.raises(ValueError, match="NUL"):
            printer.expression(value)


def test_a_line_with_a_line_end_is_refused() -> None:
    with pytest.raises(ValueError, match="line end"):
        printer.expression(as_lines("a\nb"))
