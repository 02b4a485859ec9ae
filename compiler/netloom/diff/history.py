"""The last commits that touched a folder of specs, as git has them."""

from pathlib import Path

from netloom.base.frozen import dataclass
from netloom.diff.revisions import RevisionError, git, root, shallow

_FORMAT = "%H%x00%P%x00%cI%x00%an%x00%s"


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit.

    Attributes:
        name: full object name.
        parent: that of its first parent, or "" where it has none.
        date: when it was committed (RFC 3339).
        author: who wrote it.
        subject: first line of its message.
    """

    name: str
    parent: str
    date: str
    author: str
    subject: str


def history(specs: Path, count: int) -> tuple[Commit, ...]:
    """The last commits that touched the specs, the newest first; a merge is one, with all that it brought.

    Args:
        specs: folder of the specs.
        count: how many at most.

    Raises:
        RevisionError: there is no repository, no commit, or git is not installed.
    """
    top, inside = root(specs)
    words = ("log", "--first-parent", f"--max-count={count}", f"--format={_FORMAT}", "--no-show-signature")
    told = git(top, *words, "--end-of-options", "HEAD", "--", inside or ".").decode("utf-8", "replace")
    found = (line.split("\0") for line in told.splitlines())
    return tuple(Commit(name, parents.partition(" ")[0], *rest) for name, parents, *rest in found)


__all__ = ["Commit", "RevisionError", "history", "shallow"]
