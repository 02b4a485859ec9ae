"""Compares `Cover.around` with an enumeration of every packet of a small address and port space."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from taploom.base.address import Family, Prefix
from taploom.checks.coverage import Cover, regions
from taploom.plan.origin import Origin
from taploom.plan.policy import Action, Service, Side, SideKind, Term

_BITS = 3
"""Number of bits in which addresses differ, so that the test can enumerate all addresses."""
_PORTS = range(8)


def term(rule: str, sources: list[Prefix], destinations: list[Prefix], services: list[Service]) -> Term:
    lan, dmz = (Side(SideKind.BRIDGE, name) for name in ("lan", "dmz"))
    return Term(
        rule, Action.ALLOW, lan, dmz, Family.IPV4, tuple(sources), tuple(destinations), tuple(services),
        log=False, limit=None, expires=None, origin=Origin("policy.x", None, "police"),
    )  # fmt: skip


@st.composite
def prefixes(draw: st.DrawFn) -> Prefix:
    bits = draw(st.integers(0, _BITS))
    return Prefix(Family.IPV4, draw(st.integers(0, (1 << _BITS) - 1)) >> bits << bits, 32 - bits)


@st.composite
def services(draw: st.DrawFn) -> Service:
    first = draw(st.sampled_from(_PORTS))
    return Service(draw(st.sampled_from(("tcp", "udp"))), first, draw(st.integers(first, max(_PORTS))))


@st.composite
def terms(draw: st.DrawFn, rule: str) -> Term:
    sources, destinations = (draw(st.lists(prefixes(), min_size=1, max_size=2)) for _ in range(2))
    return term(rule, sources, destinations, draw(st.lists(services(), min_size=1, max_size=2)))


def packets(found: Term) -> set[tuple[int, ...]]:
    return {packet for region in regions(found) for packet in product(*(range(a, b + 1) for a, b in region))}


@settings(max_examples=400, deadline=None, derandomize=True)
@given(terms("policy/one"), st.integers(0, 5).flatmap(lambda n: st.tuples(*(terms(f"policy/{i}") for i in range(n)))))
def test_a_term_is_covered_if_no_packet_is_left(one: Term, others: tuple[Term, ...]) -> None:
    left = packets(one) - {packet for other in others for packet in packets(other)}
    named = Cover.of(others).around(one, lambda _: True)
    assert bool(named) == (not left)
    assert not named or packets(one) <= {
        packet for other in others if other.entry in named for packet in packets(other)
    }


def test_an_excluded_term_covers_nothing() -> None:
    all_of_it = [Prefix(Family.IPV4, 0, 0)]
    cover = Cover.of([term("policy/wide", all_of_it, all_of_it, [])])
    narrow = term("policy/narrow", [Prefix(Family.IPV4, 5, 32)], all_of_it, [Service("tcp", 80, 80)])
    assert cover.around(narrow, lambda _: True) == ("policy/wide",)
    assert cover.around(narrow, lambda other: other.entry != "policy/wide") == ()
