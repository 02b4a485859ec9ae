"""Lists that a forge gives in pages; a forge that never ends one is refused."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from taploom.forge.api import ForgeError

T = TypeVar("T")

PAGE = 100
"""The number of items per page: the most that GitHub and GitLab give."""
PAGES = 100
"""The most pages that are read: GitHub allows 2,500 comments, and GitLab 5,000 notes."""


def every(page: Callable[[int], tuple[list[T], bool]], what: str) -> Iterator[T]:
    """The items of all pages.

    Args:
        page: the items on a page, and whether there may be another page; pages count from 1.
        what: the items, such as "comments of one change".

    Raises:
        ForgeError: there are too many pages.
    """
    for number in range(1, PAGES + 1):
        found, more = page(number)
        yield from found
        if not more:
            return
    raise ForgeError(f"the forge goes on after {PAGE * PAGES:,} {what}")
