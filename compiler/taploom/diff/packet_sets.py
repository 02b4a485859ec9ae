"""Unites boxes into as few regions as possible: boxes that differ in a single dimension become one."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from taploom.flows.algebra.diagram import Diagram, Leaf, aligned
from taploom.flows.algebra.manager import Manager
from taploom.flows.algebra.spans import Interval, Spans, common, united
from taploom.flows.packets.packet import DESTINATION, HOP_LIMIT, PORT, PROTOCOL, SENDER_PORT, SOURCE, TIME

A = TypeVar("A")
Traffic = tuple[Spans, Spans]
"""Protocols and ports."""

_LEVELS = (SENDER_PORT, HOP_LIMIT, TIME, PORT, PROTOCOL, SOURCE, DESTINATION)


class PacketSet(NamedTuple):
    """A product of sets, one for each dimension; protocols and ports are pairs in one set of services."""

    destinations: Spans
    services: tuple[Traffic, ...]
    sources: Spans
    sender_ports: Spans
    hop_limits: Spans
    times: Spans


_DESTINATIONS, _SOURCES = 0, 2


Product = tuple[Spans, ...]
"""The values of each dimension."""


def products(
    manager: Manager[A], diagram: Diagram[A], destinations: Spans, senders: Spans
) -> Iterator[tuple[Product, A]]:
    """Products with their answers, which together contain all packets of a map to `destinations` or from `senders`.

    Intervals of a dimension that lead to the same node are taken together, so that a thousand guests with the same
    answers are one product and not a thousand boxes. A product may contain packets of other addresses, too.
    """

    def walk(part: Diagram[A], product: Product) -> Iterator[tuple[Product, A]]:
        if isinstance(part, Leaf):
            yield product, part.answer
            return
        spans: dict[int, list[Interval]] = {}
        children: dict[int, Diagram[A]] = {}
        first = 0
        for last, child in zip(part.ends, part.children, strict=True):
            spans.setdefault(id(child), []).append((first, last))
            children[id(child)] = child
            first = last + 1
        if part.level == SOURCE and not common(product[DESTINATION], destinations):
            children = {key: child for key, child in children.items() if common(tuple(spans[key]), senders)}
        for key, child in children.items():
            yield from walk(child, (*product[: part.level], tuple(spans[key]), *product[part.level + 1 :]))

    return walk(diagram, tuple(((0, size - 1),) for size in manager.sizes))


def apart(manager: Manager[A], one: Diagram[A], other: Diagram[A]) -> Iterator[tuple[Product, tuple[A, A]]]:
    """The products of packets for which two maps of one manager have different answers, with both answers."""

    def walk(a: Diagram[A], b: Diagram[A], product: Product) -> Iterator[tuple[Product, tuple[A, A]]]:
        if a is b:
            return
        if isinstance(a, Leaf) and isinstance(b, Leaf):
            yield product, (a.answer, b.answer)
            return
        level, ends, children = aligned(a, b)
        spans: dict[tuple[int, int], list[Interval]] = {}
        first = 0
        for last, (x, y) in zip(ends, children, strict=True):
            spans.setdefault((id(x), id(y)), []).append((first, last))
            first = last + 1
        parts = {(id(x), id(y)): (x, y) for x, y in children}
        for key, (x, y) in parts.items():
            yield from walk(x, y, (*product[:level], tuple(spans[key]), *product[level + 1 :]))

    return walk(one, other, tuple(((0, size - 1),) for size in manager.sizes))


def united_boxes(boxes: Iterable[Product]) -> list[PacketSet]:
    """The packets of all boxes, united into fewer products, which are sorted by their first packet."""
    spans = set(boxes)
    if len(spans) == 1:  # the usual case
        (box,) = spans
        return [_alone(tuple([part if len(part) == 1 else united(part) for part in box]))]
    for level in _LEVELS:
        spans = _along(spans, level)
    by_ends: dict[PacketSet, list[Traffic]] = {}
    for one in map(_alone, spans):
        by_ends.setdefault(one._replace(services=()), []).extend(one.services)
    sets = [key._replace(services=tuple(sorted(traffic))) for key, traffic in by_ends.items()]
    return sorted(_joined(_joined(sets, _SOURCES), _DESTINATIONS))


def _alone(box: Product) -> PacketSet:
    traffic = ((box[PROTOCOL], box[PORT]),)
    return PacketSet(box[DESTINATION], traffic, box[SOURCE], box[SENDER_PORT], box[HOP_LIMIT], box[TIME])


def _along(boxes: set[tuple[Spans, ...]], level: int) -> set[tuple[Spans, ...]]:
    groups: dict[tuple[Spans, ...], list[Spans]] = {}
    for box in boxes:
        groups.setdefault((*box[:level], *box[level + 1 :]), []).append(box[level])
    return {
        (*rest[:level], united(span for spans in found for span in spans), *rest[level:])
        for rest, found in groups.items()
    }


def _joined(sets: Iterable[PacketSet], column: int) -> list[PacketSet]:
    groups: dict[PacketSet, list[Spans]] = {}
    for one in sets:
        spans = one.sources if column == _SOURCES else one.destinations
        groups.setdefault(_with(one, column, ()), []).append(spans)
    return [_with(key, column, united(span for spans in found for span in spans)) for key, found in groups.items()]


def _with(one: PacketSet, column: int, spans: Spans) -> PacketSet:
    return one._replace(sources=spans) if column == _SOURCES else one._replace(destinations=spans)
