"""Numbers that stand for learned addresses as destinations; they follow the last real address of the family.

Each uplink that learns its address has one such number, so rules about local addresses are exact although the address
is not known. The numbers follow each other directly, so the set of all destinations is one interval. One interval may
contain real addresses and such numbers; only the functions of this module separate them.
"""

from collections.abc import Iterable, Iterator

from taploom.base.address import Family
from taploom.flows.algebra.spans import Spans, common, without


def numbered(uplinks: Iterable[str], family: Family) -> dict[str, int]:
    """The numbers for the learned addresses of uplinks, assigned in the given order."""
    return {name: (1 << family.bits) + at for at, name in enumerate(uplinks)}


def every(family: Family) -> Spans:
    """All real addresses of a family."""
    return ((0, (1 << family.bits) - 1),)


def real(spans: Spans, family: Family) -> Spans:
    """The real addresses of a set."""
    return common(spans, every(family))


def is_learned(value: int, family: Family) -> bool:
    """Whether a number stands for a learned address."""
    return value >> family.bits > 0


def learned(spans: Spans, family: Family) -> Iterator[int]:
    """The numbers in a set that stand for learned addresses."""
    for first, last in without(spans, every(family)):
        yield from range(first, last + 1)
