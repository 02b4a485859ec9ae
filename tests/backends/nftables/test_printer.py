"""Checks printed rulesets with nft itself: names, comments and values at the limits that nft accepts, and beyond."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.backends.nftables.hosts import WORDS
from tests.support import needs

from taploom.backends.nftables.fields import Field, Type
from taploom.backends.nftables.idents import COMMENT_BYTES, IDENT_BYTES, LOG_BYTES, ident, quotable, side
from taploom.backends.nftables.printer import body
from taploom.backends.nftables.tree import (
    Base,
    Chain,
    Count,
    Direction,
    Element,
    Log,
    Match,
    Rule,
    Set,
    Statement,
    Table,
    Translate,
    VerdictKind,
    VerdictStatement,
)
from taploom.backends.nftables.values import Iface, IfacePattern, Range, Word
from taploom.base.address import parse_prefix
from taploom.lab import ruleset
from taploom.plan.policy import Side, SideKind

parts = st.text(st.characters(min_codepoint=1, max_codepoint=0x2FF), min_size=1, max_size=80)
DROP = VerdictStatement(VerdictKind.DROP)


def printed(*rules: Rule, name: str = "chain_x", sets: tuple[Set, ...] = ()) -> str:
    chain = Chain(name, rules, Base("filter", "forward", "filter"))
    lines = "".join(f"{line.text}\n" for line in body(Table("inet", "t", (), (), sets, (chain,))))
    return f"table inet t {{\n{lines}}}\n"


def rule(*statements: Statement, comment: str = "") -> str:
    """Text of a chain's only rule."""
    return printed(Rule(statements, comment)).splitlines()[3].strip()


@given(st.lists(parts, max_size=3), st.lists(parts, max_size=3))
def test_different_parts_never_give_the_same_name(a: list[str], b: list[str]) -> None:
    assert (ident("word", *a) == ident("word", *b)) == (a == b)
    assert len(ident("word", *a)) <= IDENT_BYTES


@needs("nft", "unshare")
@pytest.mark.parametrize(
    "names",
    [
        *([word] for word in WORDS),
        ["a-b", "c"],
        ["eth0.5"],
        ["#x", "~", '"; flush ruleset; "'],
        ["é"],
        ["9"],
        ["x" * 63, "y" * 63, "z" * 63],
        ["x" * 300],
    ],
)
def test_nft_accepts_every_name(names: list[str]) -> None:
    assert ruleset.check(printed(Rule((DROP,)), name=ident("chain", *names))) == ""


def test_names_of_several_parts_do_not_collide() -> None:
    assert ident("w", "a-b", "c") != ident("w", "a", "b-c")
    assert ident("w", "a_b") != ident("w", "a", "b")
    network, zone = Side(SideKind.BRIDGE, "x"), Side(SideKind.OUTSIDE, "x")
    assert len({side(network), side(zone), side(Side(SideKind.REMOTE, "x")), side(Side(SideKind.SELF))}) == 4


@needs("nft", "unshare")
@pytest.mark.parametrize(
    "text", ["x" * 128, "x" * 129, '"; flush ruleset; "', "a\\", "\n}", "é", "'$(id)`", "policy/x"]
)
def test_nft_accepts_every_comment_and_log_prefix(text: str) -> None:
    assert ruleset.check(printed(Rule((Log(text), DROP), text))) == ""
    assert len(quotable(text, COMMENT_BYTES)) <= COMMENT_BYTES
    assert len(quotable(text, LOG_BYTES)) <= LOG_BYTES


def test_short_comments_are_kept_and_cut_ones_stay_distinct() -> None:
    assert quotable("policy/web", 128) == "policy/web"
    assert quotable("x" * 200 + "a", 128) != quotable("x" * 200 + "b", 128)


def test_an_interface_name_with_a_quote_is_refused() -> None:
    with pytest.raises(ValueError, match="has a character"):
        rule(Match((Field.IIFNAME,), ((Iface('x" drop'),),)))


def test_rules_read_as_a_person_would_write_them() -> None:
    web, net = parse_prefix("10.0.0.1"), parse_prefix("10.0.0.0/24")
    port = Match((Field.DPORT,), ((Range(80, 80),),))
    assert rule(Match((Field.IP_SADDR,), ((net,),)), Count(), DROP, comment="policy/x") == (
        'ip saddr 10.0.0.0/24 counter drop comment "policy/x"'
    )
    assert rule(Match((Field.IP_SADDR,), ((web,), (net,)), negated=True), DROP) == (
        "ip saddr != { 10.0.0.1, 10.0.0.0/24 } drop"
    )
    assert rule(port, Translate(Direction.DESTINATION, web, 81)) == "th dport 80 dnat ip to 10.0.0.1:81"
    six = parse_prefix("fd00::1")
    assert rule(port, Translate(Direction.DESTINATION, six, 81)) == "th dport 80 dnat ip6 to [fd00::1]:81"
    assert rule(Match((Field.CT_STATE,), ((Word("new"),), (Word("untracked"),))), DROP) == "ct state new,untracked drop"


@needs("nft", "unshare")
def test_many_values_are_printed_one_per_line() -> None:
    values = tuple((parse_prefix(f"10.0.{n}.0/24"),) for n in range(5))
    text = printed(Rule((Match((Field.IP_SADDR,), values), DROP), "policy/x"))
    assert text.splitlines()[3:10] == [
        "\tip saddr {",
        *(f"\t\t10.0.{n}.0/24," for n in range(5)),
        '\t} drop comment "policy/x"',
    ]
    assert ruleset.check(text) == ""


@needs("nft", "unshare")
def test_sets_print_one_element_per_line_with_patterns_among_names() -> None:
    elements = (Element((IfacePattern("vm-"),)), Element((Iface("eth0"),), comment="x"))
    text = printed(Rule((DROP,)), sets=(Set("s", (Type.IFACE,), elements, interval=True),))
    assert '\t\t"vm-*",' in text.splitlines()
    assert '\t\t"eth0" comment "x",' in text.splitlines()
    assert ruleset.check(text) == ""
