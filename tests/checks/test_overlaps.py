"""Compares the lookups that checks share, for patterns, prefixes and port ranges, with an exhaustive search."""

from __future__ import annotations

import itertools
from fnmatch import fnmatchcase

from hypothesis import given, settings
from hypothesis import strategies as st

from taploom.base.address import Address, Family, Prefix, prefix_of
from taploom.checks.globs import clashes, common_name
from taploom.checks.intervals import Intervals
from taploom.checks.management import PrefixUnion
from taploom.checks.nesting import nested

PREFIXES = st.builds(
    lambda value, length: prefix_of(Address(Family.IPV4, value << 28), length), st.integers(0, 15), st.integers(0, 6)
)
LETTERS = "ab"
WORDS = ["".join(letters) for n in range(1, 8) for letters in itertools.product(LETTERS, repeat=n)]
GLOBS = st.text(alphabet=f"{LETTERS}*?", min_size=1, max_size=5)


@settings(max_examples=300, deadline=None)
@given(GLOBS, GLOBS)
def test_two_patterns_have_a_common_name_if_and_only_if_a_word_matches_both(one: str, two: str) -> None:
    """The test tries words of up to seven characters; the shortest common name of two such patterns has at most ten."""
    found = common_name(one, two)
    both = [word for word in WORDS if fnmatchcase(word, one) and fnmatchcase(word, two)]
    if found is None:
        assert both == []
    else:
        assert fnmatchcase(found, one)
        assert fnmatchcase(found, two)
        assert len(found) <= min((len(word) for word in both), default=15)


def test_a_common_name_must_fit_an_interface() -> None:
    assert common_name("abcdefgh*", "*ijklmnop") is None
    assert common_name("abcdefgh*", "*ijklmno") == "abcdefghijklmno"
    assert common_name("*", "*") == "x"
    assert common_name("a?c", "ab?") == "abc"
    assert common_name("", "") is None


@settings(max_examples=200, deadline=None)
@given(st.lists(GLOBS, max_size=6))
def test_clashes_finds_a_pair_if_and_only_if_two_patterns_share_a_name(patterns: list[str]) -> None:
    items = list(enumerate(patterns))
    found = list(clashes((pattern, index) for index, pattern in items))
    expected = any(common_name(a, b) for a, b in itertools.combinations(patterns, 2))
    assert bool(found) == expected
    for one, two, name in found:
        assert fnmatchcase(name, patterns[one])
        assert fnmatchcase(name, patterns[two])


@settings(deadline=None)
@given(st.lists(PREFIXES, max_size=12))
def test_nested_finds_each_prefix_that_lies_within_another(prefixes: list[Prefix]) -> None:
    found = list(nested((prefix, index) for index, prefix in enumerate(prefixes)))
    inner = {index for index, _ in found}
    for index, prefix in enumerate(prefixes):
        wider = [other for other in prefixes[:index] if other == prefix]
        wider += [other for other in prefixes if other != prefix and prefix in other]
        assert (index in inner) == bool(wider)
    assert all(prefixes[a] in prefixes[b] for a, b in found)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), max_size=12), st.integers(0, 30), st.integers(0, 9))
def test_meeting_finds_an_interval_if_and_only_if_one_overlaps(
    ranges: list[tuple[int, int]], first: int, length: int
) -> None:
    known = [(start, start + size, index) for index, (start, size) in enumerate(ranges)]
    met = {index for start, end, index in known if start <= first + length and first <= end}
    found = Intervals.of(known).meeting(first, first + length)
    assert found in met if met else found is None


@settings(deadline=None)
@given(PREFIXES, st.lists(PREFIXES, max_size=8))
def test_a_union_holds_a_prefix_if_and_only_if_it_holds_each_address(source: Prefix, taken: list[Prefix]) -> None:
    """The prefixes have at most six bits, so the upper six bits of an address decide."""
    samples = [Address(Family.IPV4, value << 26) for value in range(64)]
    inside = [address for address in samples if address in source]
    assert PrefixUnion.of(taken).holds(source) == all(any(address in prefix for prefix in taken) for address in inside)
