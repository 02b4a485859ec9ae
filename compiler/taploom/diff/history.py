"""The last commits that touched a folder of specs.

Commits are read as objects and parsed here. The output of `git log` depends on the user's configuration, and on line
breaks and encodings that authors chose.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from taploom.base.frozen import dataclass
from taploom.diff.git import RevisionError, repository
from taploom.diff.revisions import shallow
from taploom.source.characters import printable_path

_WHO = re.compile(r"([^<]*)<[^>]*> *(\d{1,11})?(?: ([+-])(\d\d)([0-5]\d)$)?", re.ASCII)
_PARAGRAPH = re.compile(r"\n\s*\n")
_SHOWN = 300
"""Maximum number of characters of a subject or name that are shown."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit.

    Attributes:
        name: full object name.
        parent: object name of its first parent, or "" if it has none.
        date: when it was committed (RFC 3339), or "" if the commit has no valid date.
        author: name of its author, on one line.
        subject: first paragraph of its message, on one line.
    """

    name: str
    parent: str
    date: str
    author: str
    subject: str


def history(specs: Path, count: int) -> tuple[Commit, ...]:
    """The last commits that touched the specs, the newest first; a merge counts as one, with all its changes.

    Args:
        specs: folder of the specs.
        count: maximum number of commits to return.

    Raises:
        RevisionError: there is no repository, no commit, or git is not installed.
    """
    where, inside = repository(specs)
    words = ("rev-list", "--first-parent", f"--max-count={count}", "--end-of-options", "HEAD", "--", inside or ".")
    names = where.ask(*words)
    if not names:
        return ()
    # The object of a shallow clone's first commit names a parent that is missing, so parents come from `rev-list`.
    rows = where.ask("rev-list", "--no-walk=unsorted", "--parents", *names.decode().split()).decode().splitlines()
    answer, at = where.ask("cat-file", "--batch", stdin=names), 0
    commits = []
    for name, *parents in map(str.split, rows):
        end = answer.index(b"\n", at)
        size = int(answer[at:end].rsplit(b" ", 1)[1])
        commits.append(_commit(name, parents[0] if parents else "", answer[end + 1 : end + 1 + size]))
        at = end + size + 2
    return tuple(commits)


def _commit(name: str, parent: str, raw: bytes) -> Commit:
    """Parse a commit object: lines of a key and a value, an empty line, and the message."""
    head, _, message = _text(raw).partition("\n\n")
    values: dict[str, str] = {}
    for line in head.split("\n"):
        key, _, value = line.partition(" ")
        values.setdefault(key, value)
    subject = _PARAGRAPH.split(message.strip(), maxsplit=1)[0]
    who, when = values.get("author", ""), values.get("committer", "")
    return Commit(name, parent, _date(when), _line(who.partition("<")[0]), _line(subject))


def _text(raw: bytes) -> str:
    """Decode UTF-8, else Latin-1, in which every byte is valid; the encoding that the commit claims is ignored."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _line(text: str) -> str:
    shown = printable_path(" ".join(text.split()))
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


def _date(who: str) -> str:
    found = _WHO.match(who)
    if found is None or found[2] is None:
        return ""
    ahead = timedelta(hours=int(found[4] or 0), minutes=int(found[5] or 0))
    zone = timezone(-ahead if found[3] == "-" else ahead) if ahead < timedelta(days=1) else UTC
    return datetime.fromtimestamp(int(found[2]), zone).isoformat()


__all__ = ["Commit", "RevisionError", "history", "shallow"]
