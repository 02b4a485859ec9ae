"""Splits the part of a map within a box into few boxes that have one answer each."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from taploom.flows.algebra.diagram import Box, Diagram, Leaf
from taploom.flows.algebra.spans import Spans, common, united

A = TypeVar("A")


def parts(diagram: Diagram[A], box: Box) -> Iterator[tuple[Box, A]]:
    """The disjoint parts of a box, each with the answer that a map has there."""
    if isinstance(diagram, Leaf):
        yield box, diagram.answer
        return
    grouped: dict[int, list[tuple[int, int]]] = {}
    first = 0
    for last, child in zip(diagram.ends, diagram.children, strict=True):
        grouped.setdefault(id(child), []).append((first, last))
        first = last + 1
    within = box[diagram.level]
    for child in dict.fromkeys(diagram.children):
        spans: Spans = united(grouped[id(child)])
        spans = spans if within is None else common(spans, within)
        if spans:
            yield from parts(child, (*box[: diagram.level], spans, *box[diagram.level + 1 :]))


def merged(boxes: Iterable[Box]) -> tuple[Box, ...]:
    """Unites boxes that differ in only one dimension, until no two such boxes are left."""
    found, before = list(dict.fromkeys(boxes)), 0
    while len(found) != before:
        before = len(found)
        for level in range(len(found[0]) if found else 0):
            groups: dict[Box, list[Spans | None]] = {}
            for box in found:
                groups.setdefault((*box[:level], None, *box[level + 1 :]), []).append(box[level])
            found = [(*rest[:level], _union(spans), *rest[level + 1 :]) for rest, spans in groups.items()]
    return tuple(found)


def _union(columns: list[Spans | None]) -> Spans | None:
    known = [spans for spans in columns if spans is not None]
    return united(span for spans in known for span in spans) if len(known) == len(columns) else None
