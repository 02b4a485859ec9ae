"""Sets the statuses of one commit on any forge. A status that the commit already has is not sent again.

Forges limit the number of statuses that a commit may have with one name (GitHub: 1,000). A scheduled job that sends
every status again would reach this limit.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Protocol

from taploom.base.frozen import dataclass
from taploom.forge.api import ForgeError
from taploom.forge.pages import every

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class State(Enum):
    """The state of a status. Each forge has its own words for the states."""

    SUCCESS = "success"
    PENDING = "pending"
    FAILURE = "failure"
    ERROR = "error"


class Setting(Enum):
    """The outcome of a run for one status."""

    SET = "set"
    UNCHANGED = "up to date"


@dataclass(frozen=True, slots=True)
class Status:
    """A status to set.

    Attributes:
        name: the name; a commit has one current status for each name.
        state: the state.
        description: one line of at most 140 characters (the limit of GitHub; GitLab accepts 255).
    """

    name: str
    state: State
    description: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A status in the words of a forge.

    Attributes:
        name: the name.
        word: the forge's word for the state.
        description: the description; "" for none.
    """

    name: str
    word: str
    description: str


class Commit(Protocol):
    """The statuses of one commit at a forge."""

    @property
    def words(self) -> Mapping[State, str]:
        """The forge's word for each state."""
        ...

    @property
    def needs(self) -> str:
        """A clause that names the permission that the token needs."""
        ...

    def page(self, page: int) -> tuple[list[Shown], bool]:
        """A page of the newest statuses by name, and whether there may be another page; pages count from 1."""
        ...

    def set(self, status: Shown) -> None:
        """Set a status."""
        ...


def keep_statuses(commit: Commit, statuses: Iterable[Status]) -> Iterator[Setting]:
    """Set each status that the commit does not have yet.

    Yields:
        The outcome for each status, in the order of the statuses.

    Raises:
        ForgeError: the forge refuses or cannot be reached; statuses that are already set stay set.
    """
    try:
        there = {shown.name: shown for shown in every(commit.page, "statuses of this commit")}
        for status in statuses:
            wanted = Shown(status.name, commit.words[status.state], status.description)
            if there.get(status.name) == wanted:
                yield Setting.UNCHANGED
                continue
            commit.set(wanted)
            yield Setting.SET
    except ForgeError as error:
        if error.status not in (401, 403, 404):
            raise
        raise ForgeError(f"{error}; {commit.needs}", error.status) from None


def commit_of_job(environment: Mapping[str, str], variable: str) -> str:
    """The hash of the commit that a job runs for.

    Raises:
        ForgeError: the variable contains no hash.
    """
    found = environment.get(variable, "")
    if not _COMMIT.fullmatch(found):
        raise ForgeError(f"{variable} is not the hash of a commit")
    return found
