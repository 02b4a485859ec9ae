"""Learned addresses as destinations: numbers behind the last real address of a family stand for them.

Each uplink that learns its address has one such number, so rules about "local" stay exact although the address is not
known. The numbers are neighbours of the last real address and of each other, so a set of all destinations is one
interval. Only the functions here decide which part of a set is real addresses and which part stands for learned ones,
as one interval may contain both.
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
    """The real addresses of a set."""
    return common(spans, every(family))


def is_learned(value: int, family: Family) -> bool:
    """Whether a number stands for an address that is learned."""
    return value >> family.bits > 0


def learned(spans: Spans, family: Family) -> Iterator[int]:
    """The numbers of a set that stand for addresses that are learned, each on its own."""
    for first, last in without(spans, every(family)):
        yield from range(first, last + 1)
