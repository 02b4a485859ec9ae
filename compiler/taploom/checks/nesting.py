"""Overlaps of prefixes. Two prefixes are nested or disjoint, so a sort and a stack find every overlap."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from taploom.base.address import Prefix

T = TypeVar("T")


def nested(items: Iterable[tuple[Prefix, T]]) -> Iterator[tuple[T, T]]:
    """Each item whose prefix lies within the prefix of another item, with the item of the longest such prefix.

    Of items with equal prefixes, each lies within the one before it in `items`.

    Args:
        items: prefixes, each with the object that has it.

    Yields:
        The inner and the outer item.
    """
    stack: list[tuple[Prefix, T]] = []
    for prefix, item in sorted(items, key=lambda entry: (entry[0].family, entry[0].value, entry[0].length)):
        while stack and prefix not in stack[-1][0]:
            stack.pop()
        if stack:
            yield item, stack[-1][1]
        stack.append((prefix, item))
