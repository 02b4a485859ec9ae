"""Headings of the hunks in a file's diff: each names the section or chain in which a reader would find the change."""

from __future__ import annotations

import pytest

from taploom.backends.artifact import Artifact, Line
from taploom.diff.files import compare_files

CHAIN = ["table inet taploom {", "\tchain forward {", "\t\taccept", "\t}", "\tcounter seen { }", "}"]
UNIT = ["[Match]", "Name=eth0", "", "[Network]", "DHCP=yes"]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (CHAIN, [*CHAIN[:2], "\t\tdrop", *CHAIN[3:]], "chain forward"),
        (CHAIN, [*CHAIN[:3], "\t\tcounter", *CHAIN[3:]], "chain forward"),
        (CHAIN, [*CHAIN[:4], "\tcounter lost { }", "}"], ""),
        (CHAIN, CHAIN[:4], ""),
        (CHAIN[:4], CHAIN, ""),
        (CHAIN, [*CHAIN[:4], "\tchain input {", "\t}", "}"], "chain input"),
        (UNIT, [*UNIT, "IPv6AcceptRA=yes"], "[Network]"),
        (UNIT, UNIT[:4], "[Network]"),
        (UNIT, UNIT[:2], "[Match]"),
        (UNIT, [], "[Match]"),
        ([], CHAIN, ""),
    ],
)
def test_a_heading_names_the_section_or_chain_of_its_change(old: list[str], new: list[str], place: str) -> None:
    before, after = (
        [Artifact("hosts/h/target/file", tuple(Line(text, None) for text in texts))] for texts in (old, new)
    )
    (change,) = compare_files(before, after)
    assert [hunk.place for hunk in change.hunks] == [place]
