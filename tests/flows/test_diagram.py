"""Compares decision diagrams with a plain enumeration of every point of a small space."""

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st
from tests.flows.points import answer_at

from taploom.flows.algebra.diagram import Box, Diagram
from taploom.flows.algebra.manager import Manager
from taploom.flows.algebra.spans import united

SIZES = (6, 4, 5)
WIDE = (30, 3, 40)
"""Sizes of a space in which unions are computed with bit masks, unless a box limits the second dimension."""
POINTS = list(itertools.product(*(range(size) for size in SIZES)))


def sets(size: int) -> st.SearchStrategy[tuple[tuple[int, int], ...]]:
    return st.sets(st.integers(0, size - 1)).map(lambda values: united((value, value) for value in values))


def spans(size: int) -> st.SearchStrategy[tuple[tuple[int, int], ...] | None]:
    return st.none() | sets(size)


BOXES = st.tuples(*(spans(size) for size in SIZES))
OVERLAYS = st.lists(st.tuples(BOXES, st.integers(0, 3)), max_size=8)


def holds(box: Box, point: tuple[int, ...]) -> bool:
    return all(s is None or any(a <= v <= b for a, b in s) for s, v in zip(box, point, strict=True))


def first(boxes: list[tuple[Box, int]], point: tuple[int, ...]) -> int:
    return next((answer for box, answer in boxes if holds(box, point)), 9)


@given(OVERLAYS)
def test_the_first_box_gives_the_answer(boxes: list[tuple[Box, int]]) -> None:
    diagram = Manager[int](SIZES).overlay(boxes, 9)
    assert [answer_at(diagram, p) for p in POINTS] == [first(boxes, p) for p in POINTS]


@st.composite
def many(draw: st.DrawFn) -> list[Box]:
    middle = draw(st.sampled_from((st.none(), spans(WIDE[1]))))
    return draw(st.lists(st.tuples(spans(WIDE[0]), middle, sets(WIDE[2])), min_size=20, max_size=24))


@given(many(), st.booleans())
def test_many_boxes_with_one_answer_become_their_union(areas: list[Box], two: bool) -> None:
    boxes = [(area, number % 2 if two else 1) for number, area in enumerate(areas)]
    diagram = Manager[int](WIDE).overlay(boxes, 9)
    assert all(answer_at(diagram, p) == first(boxes, p) for p in itertools.product(*map(range, WIDE)))


@given(many(), st.randoms(use_true_random=False))
def test_a_union_is_the_same_object_in_any_order_of_construction(areas: list[Box], chance: random.Random) -> None:
    manager = Manager[int](WIDE)
    one = manager.overlay([(area, 1) for area in areas], 9)
    chance.shuffle(areas)
    other: Diagram[int] = manager.leaf(9)
    for area in areas:
        other = manager.choose(manager.overlay([(area, 1)], 9), 1, manager.leaf(1), other)
    assert one is other


@given(OVERLAYS, OVERLAYS)
def test_equal_maps_are_one_object(one: list[tuple[Box, int]], other: list[tuple[Box, int]]) -> None:
    manager = Manager[int](SIZES)
    same = all(first(one, p) == first(other, p) for p in POINTS)
    assert (manager.overlay(one, 9) is manager.overlay(other, 9)) == same


@given(OVERLAYS, OVERLAYS, OVERLAYS)
def test_merging_and_choosing_work_point_by_point(one, other, where) -> None:  # type: ignore[no-untyped-def]
    manager = Manager[int](SIZES)
    a, b, w = (manager.overlay(boxes, 9) for boxes in (one, other, where))
    merged, chosen = manager.merge(lambda x, y: 10 * x + y, a, b), manager.choose(w, 1, a, b)
    for p in POINTS:
        assert answer_at(merged, p) == 10 * first(one, p) + first(other, p)
        assert answer_at(chosen, p) == (first(one, p) if first(where, p) == 1 else first(other, p))


@given(OVERLAYS, OVERLAYS, OVERLAYS)
def test_choosing_twice_is_choosing_once(one, other, where) -> None:  # type: ignore[no-untyped-def]
    manager = Manager[int](SIZES)
    a, b, w = (manager.overlay(boxes, 9) for boxes in (one, other, where))
    chosen = manager.choose(w, 1, a, b)
    assert manager.choose(w, 1, chosen, b) is manager.choose(w, 1, a, chosen) is chosen


@given(OVERLAYS, st.integers(0, 2), st.data())
def test_a_fixed_dimension_does_not_affect_the_answer(boxes, level, data) -> None:  # type: ignore[no-untyped-def]
    manager = Manager[int](SIZES)
    value = data.draw(st.integers(0, SIZES[level] - 1))
    fixed = manager.fix(manager.overlay(boxes, 9), level, value)
    for p in POINTS:
        assert answer_at(fixed, p) == first(boxes, (*p[:level], value, *p[level + 1 :]))


@given(OVERLAYS)
def test_regions_are_disjoint_and_cover_everything(boxes: list[tuple[Box, int]]) -> None:
    manager = Manager[int](SIZES)
    regions = list(manager.regions(manager.overlay(boxes, 9)))
    for p in POINTS:
        holding = [answer for box, answer in regions if all(a <= v <= b for (a, b), v in zip(box, p, strict=True))]
        assert holding == [first(boxes, p)]
