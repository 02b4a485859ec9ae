"""Reads elements of the sets and maps of a listing."""

from collections.abc import Iterator
from typing import NamedTuple

from taploom.backends.nftables.fields import Type
from taploom.backends.nftables.tree import Element
from taploom.drift.json_types import UnreadError, mapping, sequence, short, text
from taploom.drift.listing.values import keys, verdict

_PAIR = 2


class ReadElement(NamedTuple):
    """An element, and whether it has a counter of its own."""

    element: Element
    counted: bool


class _Bare(NamedTuple):
    """An element as listed: its unread value, its comment, and whether it has a counter."""

    value: object
    comment: str
    counted: bool


def element(value: object, types: tuple[Type | None, ...]) -> Iterator[ReadElement]:
    """An element of a set; several elements for a range that the tree cannot express as one key.

    Raises:
        UnreadError: the tree cannot express the element.
    """
    bare = _bare(value)
    for found in keys(bare.value, types):
        yield ReadElement(Element(found, None, bare.comment), bare.counted)


def pair(value: object, types: tuple[Type | None, ...], data: tuple[Type, ...]) -> Iterator[Element]:
    """An element of a map: a key with a verdict if `data` is empty, else with data of these types.

    Raises:
        UnreadError: the tree cannot express the element.
    """
    parts = sequence(value)
    if len(parts) != _PAIR:
        raise UnreadError(short(value))
    bare = _bare(parts[0])
    if data:
        target, *more = keys(parts[1], data)
        if more:
            raise UnreadError(short(value))
        yield from (Element(found, target, bare.comment) for found in keys(bare.value, types))
        return
    decided = verdict(parts[1])
    if decided is None:
        raise UnreadError(short(value))
    yield from (Element(found, decided, bare.comment) for found in keys(bare.value, types))


def _bare(value: object) -> _Bare:
    if isinstance(value, dict) and "elem" in value:
        body = mapping(value["elem"])
        return _Bare(body.get("val"), text(body.get("comment", "")), "counter" in body)
    return _Bare(value, "", counted=False)
