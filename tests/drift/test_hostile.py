"""Hostile facts: each file is either read completely or refused with reasons."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.drift.sample import document, planned
from tests.drift.test_words import site
from tests.support import needs

from taploom.drift.compare import compare
from taploom.drift.facts import read
from taploom.drift.facts.model import Facts
from taploom.drift.facts.read import read_facts
from taploom.drift.json_types import UnreadError
from taploom.drift.listing.objects import chain_of
from taploom.report.drift.compared import Drifts
from taploom.report.drift.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = needs("nft", "unshare")
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.floats(allow_nan=False),
    st.sampled_from(("@x", "0.0.0.0/0", "::", "*", "accept", "\x1b[31m", "base64:!", "input", "goto", "1" * 5000)),
)  # fmt: skip
KEYS = ("match", "left", "right", "op", "set", "concat", "range", "prefix", "accept", "jump", "elem")


def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3))


values = st.recursive(scalars, grown, max_leaves=6)


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths(inner, (*at, index))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    key, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[key] = replaced(copy[key], tuple(rest), new)
    return copy


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_a_document_with_random_values_is_compared_or_refused(data: st.DataObject) -> None:
    plan = site()
    (host,) = plan.hosts
    whole = document(plan, host)
    known = [path for path in paths(whole) if path]
    for _ in range(data.draw(st.integers(1, 3))):
        path = known[data.draw(st.integers(0, len(known) - 1))]
        try:
            whole = replaced(whole, path, data.draw(values))
        except (KeyError, IndexError, TypeError):  # an earlier replacement removed this path
            continue
    read_ = read_facts("facts.json", json.dumps(whole).encode())
    if isinstance(read_, Facts):
        found = compare(planned(plan, host), read_)
        for form, printed in FORMATS.items():
            text = printed(Drifts(found.plan, 0, (found,)))
            assert text
            assert "\x1b" not in text or form == "prom"
    else:
        assert all(each.help for each in read_)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"3", "format"),
        (b'{"format": "taploom-facts/9"}', "format"),
        (b'{"format": "taploom-facts/1"}', "`host`"),
        (b'{"format": "taploom-facts/1", "collected": ' + b"9" * 10_000 + b"}", "is not JSON"),
        (b'{"format": "taploom-facts/1", "collected": -1}', "`collected`"),
    ],
)
def test_an_invalid_file_of_facts_is_refused_with_the_reason(data: bytes, why: str) -> None:
    found = read_facts("facts.json", data)
    assert isinstance(found, tuple)
    assert any(why in each.message for each in found), [each.message for each in found]


def test_a_file_that_is_too_large_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MOST_BYTES", 10)
    found = read_facts("facts.json", b"[1, 2, 3, 4, 5]")
    assert isinstance(found, tuple)
    assert ["larger" in each.message for each in found] == [True]


def test_all_unreadable_parts_are_reported_at_once() -> None:
    plan = site()
    (host,) = plan.hosts
    broken = document(plan, host) | {"links": 3, "routes4": "x", "ruleset": [], "files": ["x"]}
    found = read_facts("facts.json", json.dumps(broken).encode())
    assert isinstance(found, tuple)
    told = " ".join(each.message for each in found)
    assert all(f"`{part}`" in told for part in ("links", "routes4", "ruleset", "files"))


def test_a_huge_element_is_not_enumerated() -> None:
    plan = site()
    (host,) = plan.hosts
    facts = document(plan, host)
    span = {"range": ["::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"]}
    key = {"concat": [{"payload": {"protocol": "ip6", "field": name}} for name in ("saddr", "daddr", "saddr", "daddr")]}
    wide = {"match": {"op": "==", "left": key, "right": {"set": [{"concat": [span] * 4}]}}}
    rule = {"family": "inet", "table": "taploom", "chain": "input", "handle": 9, "expr": [wide, {"accept": None}]}
    facts["ruleset"]["nftables"].append({"rule": rule})
    read_ = read_facts("facts.json", json.dumps(facts).encode())
    assert isinstance(read_, Facts)
    assert read_.ruleset
    assert any(each.unknown for one in read_.ruleset for rules in one.rules.values() for each in rules)


@pytest.mark.parametrize("priority", [True, False, 1.0, "0", None])
def test_a_priority_that_is_not_an_integer_is_refused(priority: object) -> None:
    with pytest.raises(UnreadError):
        chain_of({"name": "mine", "type": "filter", "hook": "forward", "prio": priority})
