"""Keeps exactly one comment per change on any forge: it is created once and updated afterwards.

The hidden first line that `taploom plan --format md` writes identifies the comment. Only comments of our own account
count: anybody can paste that line into a comment, and the author of a comment can edit it later.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Protocol

from taploom.base.frozen import dataclass
from taploom.forge.pages import every
from taploom.forge.shape import number, text

_BEGIN, _END, _DIGEST = "<!-- taploom:", " -->", " plan="


class Posting(Enum):
    """The outcome of `keep_one`."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "is up to date"
    NOT_NEEDED = "not needed: nothing changes, and no comment exists yet"


class NoMarkError(ValueError):
    """The text does not begin with a mark, so no later run could find the comment."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of our own account.

    Attributes:
        number: the number by which the forge identifies it.
        body: Markdown, as it was sent.
    """

    number: int
    body: str


def read_comment(row: Mapping[str, Any]) -> Comment:
    """A comment, read from JSON that has the same shape on GitHub and GitLab.

    Raises:
        ForgeError: the row is no comment.
    """
    return Comment(number(row, "id", "a comment"), text(row, "body", "a comment"))


class Thread(Protocol):
    """The comments of one change."""

    def page(self, page: int) -> tuple[list[Comment], bool]:
        """Our comments on a page, oldest first, and whether there may be another page; pages count from 1."""
        ...

    def create(self, body: str) -> None:
        """Add a comment."""
        ...

    def update(self, number: int, body: str) -> None:
        """Replace the text of a comment."""
        ...


def keep_one(thread: Thread, body: str, *, only_update: bool = False) -> Posting:
    """Create this comment of the change, or update the earlier one.

    Args:
        thread: the comments of the change.
        body: Markdown that begins with a mark.
        only_update: do not create a comment if there is none.

    Raises:
        NoMarkError: the text has no mark.
        ForgeError: the forge refuses or cannot be reached.
    """
    whose = identity(body)
    ours = every(thread.page, "comments of this change")
    earlier = next((one for one in ours if one.body.startswith(whose)), None)
    if earlier is None:
        if only_update:
            return Posting.NOT_NEEDED
        thread.create(body)
        return Posting.CREATED
    if earlier.body.replace("\r\n", "\n").strip() == body.strip():
        return Posting.UNCHANGED
    thread.update(earlier.number, body)
    return Posting.UPDATED


def identity(body: str) -> str:
    """The part of the mark that is the same in every run: the text up to the digest.

    Raises:
        NoMarkError: the text has no mark.
    """
    first = body.partition("\n")[0].rstrip()
    if not (first.startswith(_BEGIN) and first.endswith(_END) and _DIGEST in first):
        raise NoMarkError("this is no output of `taploom plan --format md`: it lacks the hidden first line")
    return first.partition(_DIGEST)[0] + _DIGEST
