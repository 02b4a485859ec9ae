"""Reads lists that a forge answers in pages. A list with too many pages is refused."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from taploom.forge.api import ForgeError

T = TypeVar("T")

PAGE = 100
"""The number of items per page: the maximum that GitHub and GitLab allow."""
PAGES = 100
"""Maximum number of pages to read: GitHub allows 2,500 comments, and GitLab 5,000 notes."""


def every(page: Callable[[int], tuple[list[T], bool]], what: str) -> Iterator[T]:
    """The items of all pages.

    Args:
        page: a function that returns the items on a page, and whether there may be another page; pages count from 1.
        what: the kind of items, such as "comments of this change".

    Raises:
        ForgeError: there are too many pages.
    """
    for number in range(1, PAGES + 1):
        found, more = page(number)
        yield from found
        if not more:
            return
    raise ForgeError(f"the forge has more than {PAGE * PAGES:,} {what}")
