"""Layers of set elements: no two elements of a layer overlap. Tests check each pair, and load layers into a kernel."""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import needs

from taploom.backends.nftables.fields import Type
from taploom.backends.nftables.lower.layers import layers
from taploom.backends.nftables.printer import body
from taploom.backends.nftables.tree import Element, Set, Table
from taploom.backends.nftables.values import Range, Value, Word
from taploom.base.address import Address, Family, Prefix, parse_prefix, prefix_of
from taploom.lab import ruleset

if TYPE_CHECKING:
    from types import FrameType

TYPES = (Type.IPV4, Type.IPV4, Type.PROTOCOL, Type.PORT)
prefixes = st.builds(
    lambda low, length: prefix_of(Address(Family.IPV4, 10 << 24 | low), length),
    st.integers(0, 7),
    st.sampled_from((0, 24, 29, 30, 31, 32)),
)
spans = st.builds(lambda a, b: Range(min(a, b), max(a, b)), st.integers(1, 9), st.integers(1, 9))
keys = st.tuples(prefixes, prefixes, st.sampled_from((Word("tcp"), Word("udp"))), spans)


def overlap(a: tuple[Value, ...], b: tuple[Value, ...]) -> bool:
    return all(_values_overlap(x, y) for x, y in zip(a, b, strict=True))


def _values_overlap(x: Value, y: Value) -> bool:
    if isinstance(x, Prefix) and isinstance(y, Prefix):
        return x.overlaps(y)
    if isinstance(x, Range) and isinstance(y, Range):
        return x.first <= y.last and y.first <= x.last
    return x == y


@settings(max_examples=300, deadline=None)
@given(st.lists(keys, max_size=40))
def test_layers_hold_each_key_once_and_no_two_keys_of_a_layer_overlap(drawn: list[tuple[Value, ...]]) -> None:
    found = layers(Element(key) for key in drawn)
    assert sorted((e.key for layer in found for e in layer.elements), key=str) == sorted(set(drawn), key=str)
    for layer in found:
        pairs = itertools.combinations((e.key for e in layer.elements), 2)
        assert not [pair for pair in pairs if overlap(*pair)]


@given(st.lists(keys, max_size=20))
def test_layers_do_not_depend_on_the_order_of_elements(drawn: list[tuple[Value, ...]]) -> None:
    unique = [Element(key) for key in dict.fromkeys(drawn)]
    assert layers(unique) == layers(reversed(unique))
    twice = [Element(key, comment=str(n)) for n in (2, 1, 3) for key in dict.fromkeys(drawn)]
    assert all(e.comment == "1" for layer in layers(twice) for e in layer.elements)


def test_a_layer_of_single_values_needs_no_interval_flag() -> None:
    one, many = parse_prefix("10.0.0.1"), parse_prefix("10.0.0.0/24")
    exact = Element((one, one, Word("tcp"), Range(80, 80)))
    wide = Element((many, one, Word("tcp"), Range(80, 80)))
    ports = Element((one, one, Word("tcp"), Range(80, 81)))
    assert [(layer.elements, layer.interval) for layer in layers([wide, exact, ports])] == [
        ((exact,), False),
        ((wide,), True),
        ((ports,), True),
    ]


@needs("nft", "unshare", "root")
@settings(max_examples=25, deadline=None)
@given(st.lists(keys, min_size=1, max_size=30))
def test_the_kernel_accepts_every_layer(drawn: list[tuple[Value, ...]]) -> None:
    sets = tuple(
        Set(f"layer_{number}", TYPES, layer.elements, interval=layer.interval, counted=True)
        for number, layer in enumerate(layers(Element(key) for key in drawn))
    )
    lines = "".join(f"{line.text}\n" for line in body(Table("inet", "t", (), (), sets, ())))
    assert ruleset.check(f"table inet t {{\n{lines}}}\n") == ""


@pytest.mark.parametrize("shape", ["apart", "nested", "crossing"])
def test_the_work_of_layers_grows_linearly_with_the_number_of_elements(shape: str) -> None:
    """The work is counted in executed lines of Python, since times depend on the load of the machine."""

    def steps(count: int) -> int:
        elements = [_element(shape, number) for number in range(count)]
        found = 0

        def trace(_frame: FrameType, event: str, _arg: object) -> Any:
            nonlocal found
            found += event == "line"
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            layers(elements)
        finally:
            sys.settrace(before)
        return found

    small, large = steps(200), steps(4000)
    assert small > 200
    assert large < 20 * small * 2


def _element(shape: str, number: int) -> Element:
    host = Address(Family.IPV4, (10 << 24) + number).prefix
    wide = parse_prefix("198.51.100.0/24")
    if shape == "nested" and number % 2:
        wide = parse_prefix("198.51.0.0/16")
    ends = (host, wide) if shape == "crossing" and number % 2 else (wide, host)
    return Element((*ends, Word("tcp"), Range(80, 80 + number % 3)))
