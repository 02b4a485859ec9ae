"""Addresses that only the network outside knows, as destinations: numbers behind the last real address of a family.

Each uplink that learns its address has one such number, so rules about "local" stay exact without a guess. As numbers
they are neighbours of the last address and of each other, and a set that holds all destinations is one interval: so
which part of a set is real, and which stands for something learned, is asked here and nowhere decided by an end alone.
"""

from collections.abc import Iterable, Iterator

from taploom.base.address import Family
from taploom.flows.algebra.spans import Spans, common, without


def numbered(uplinks: Iterable[str], family: Family) -> dict[str, int]:
    """The number that stands for the address of each uplink, in the order given."""
    return {name: (1 << family.bits) + at for at, name in enumerate(uplinks)}


def every(family: Family) -> Spans:
    """All real addresses of a family."""
    return ((0, (1 << family.bits) - 1),)


def real(spans: Spans, family: Family) -> Spans:
    """What of a set are real addresses."""
    return common(spans, every(family))


def is_learned(value: int, family: Family) -> bool:
    """Whether a number stands for an address that is learned."""
    return value >> family.bits > 0


def learned(spans: Spans, family: Family) -> Iterator[int]:
    """The numbers of a set that stand for addresses that are learned, each on its own."""
    for first, last in without(spans, every(family)):
        yield from range(first, last + 1)
