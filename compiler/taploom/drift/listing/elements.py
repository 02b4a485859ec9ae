"""Elements of sets and maps of a listing."""

from collections.abc import Iterator
from typing import NamedTuple

from taploom.backends.nftables.fields import Type
from taploom.backends.nftables.tree import Element
from taploom.drift.json_types import UnreadError, mapping, sequence, short, text
from taploom.drift.listing.values import keys, verdict

_PAIR = 2


class ReadElement(NamedTuple):
    """An element, and whether it counts its packets by itself."""

    element: Element
    counted: bool


class _Bare(NamedTuple):
    value: object
    comment: str
    counted: bool


def element(value: object, types: tuple[Type | None, ...]) -> Iterator[ReadElement]:
    """An element of a set; several if it is a range for which the tree has no single key.

    Raises:
        UnreadError: the tree has no such element.
    """
    bare = _bare(value)
    for found in keys(bare.value, types):
        yield ReadElement(Element(found, None, bare.comment), bare.counted)


def pair(value: object, types: tuple[Type | None, ...], data: tuple[Type, ...]) -> Iterator[Element]:
    """An element of a map: its key, and a verdict (if `data` is empty) or data.

    Raises:
        UnreadError: the tree has no such element.
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
