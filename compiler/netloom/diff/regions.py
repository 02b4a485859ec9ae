"""Boxes united to as few regions as a reader needs: what differs in one dimension only becomes one."""

from collections.abc import Iterable
from typing import NamedTuple

from netloom.flows.diagram import Interval
from netloom.flows.packet import DESTINATION, HOP_LIMIT, PORT, PROTOCOL, SENDER_PORT, SOURCE, TIME
from netloom.flows.spans import Spans, united

Traffic = tuple[Spans, Spans]
"""Protocols and ports."""

_LEVELS = (SENDER_PORT, HOP_LIMIT, TIME, PORT, PROTOCOL, SOURCE, DESTINATION)


class Set(NamedTuple):
    """A product of sets, one for each dimension, and of services as pairs of protocols and ports."""

    destinations: Spans
    services: tuple[Traffic, ...]
    sources: Spans
    sender_ports: Spans
    hop_limits: Spans
    times: Spans


_DESTINATIONS, _SOURCES = 0, 2


def united_boxes(boxes: Iterable[tuple[Interval, ...]]) -> list[Set]:
    """The same packets as fewer products, sorted by their first packet."""
    spans: set[tuple[Spans, ...]] = {tuple((interval,) for interval in box) for box in boxes}
    for level in _LEVELS:
        spans = _along(spans, level)
    by_ends: dict[Set, list[Traffic]] = {}
    for box in spans:
        key = Set(box[DESTINATION], (), box[SOURCE], box[SENDER_PORT], box[HOP_LIMIT], box[TIME])
        by_ends.setdefault(key, []).append((box[PROTOCOL], box[PORT]))
    sets = [key._replace(services=tuple(sorted(traffic))) for key, traffic in by_ends.items()]
    return sorted(_joined(_joined(sets, _SOURCES), _DESTINATIONS))


def _along(boxes: set[tuple[Spans, ...]], level: int) -> set[tuple[Spans, ...]]:
    groups: dict[tuple[Spans, ...], list[Spans]] = {}
    for box in boxes:
        groups.setdefault((*box[:level], *box[level + 1 :]), []).append(box[level])
    return {
        (*rest[:level], united(span for spans in found for span in spans), *rest[level:])
        for rest, found in groups.items()
    }


def _joined(sets: Iterable[Set], column: int) -> list[Set]:
    groups: dict[Set, list[Spans]] = {}
    for one in sets:
        spans = one.sources if column == _SOURCES else one.destinations
        groups.setdefault(_with(one, column, ()), []).append(spans)
    return [_with(key, column, united(span for spans in found for span in spans)) for key, found in groups.items()]


def _with(one: Set, column: int, spans: Spans) -> Set:
    return one._replace(sources=spans) if column == _SOURCES else one._replace(destinations=spans)
