"""The files of a site as a revision of git has them, read from its objects.

No checkout, index or reference is touched: a plan can be made while somebody works in the same clone. git itself does
the reading, since objects are packed, alternates and worktrees exist, and it knows them all.
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from netloom.base.frozen import dataclass

_REGULAR = ("100644", "100755")


class RevisionError(ValueError):
    """What the user names is no revision that can be read; the message is a sentence for them."""


@dataclass(frozen=True, slots=True)
class Revision:
    """The specs of one commit.

    Attributes:
        name: as the user wrote it.
        commit: full object name.
        folder: folder of the specs, as the user named it.
        inside: the same folder from the top of the repository; "" for the top itself.
        blobs: content of the files below that folder, by path that begins with `folder`.
    """

    name: str
    commit: str
    folder: str
    inside: str
    blobs: Mapping[str, bytes]


def revision(specs: Path, name: str) -> Revision:
    """Read a commit.

    Args:
        specs: folder of the specs; it need not exist in the working tree.
        name: anything that git takes for a commit.

    Raises:
        RevisionError: there is no repository, no such commit, or git is not installed.
    """
    commit = commit_of(specs, name)
    top, inside = root(specs)
    listed = git(top, "ls-tree", "-rz", "--full-tree", commit, "--", inside or ".")
    wanted = {}
    for row in filter(None, listed.split(b"\0")):
        head, _, path = row.partition(b"\t")
        mode, kind, identity = head.decode().split()
        below = path.decode("utf-8", "surrogateescape").removeprefix(f"{inside}/" if inside else "")
        if kind == "blob" and mode in _REGULAR and _is_spec(below):
            wanted[f"{specs}/{below}"] = identity
    return Revision(name, commit, str(specs), inside, _blobs(top, wanted))


def commit_of(specs: Path, name: str) -> str:
    """The commit that a name stands for.

    Raises:
        RevisionError: as above.
    """
    top, _ = root(specs)
    try:
        found = git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except RevisionError:
        raise RevisionError(f"`{name}` is no commit of this repository{_lacking(specs)}") from None
    return found.decode().strip()


def shallow(specs: Path) -> bool:
    """Whether the clone lacks the beginning of its history, so that its oldest commit seems to add everything."""
    top, _ = root(specs)
    return git(top, "rev-parse", "--is-shallow-repository").strip() == b"true"


def _lacking(specs: Path) -> str:
    return ", whose history is cut off: `git fetch --unshallow` gets the rest" if shallow(specs) else ""


def merge_base(specs: Path, base: str, head: str) -> str:
    """The commit where two lines of history parted, which is what a pull request is compared with.

    Raises:
        RevisionError: as above, or the two have nothing in common.
    """
    top, _ = root(specs)
    try:
        return git(top, "merge-base", commit_of(specs, base), commit_of(specs, head)).decode().strip()
    except RevisionError as error:
        if str(error):
            raise
        raise RevisionError(f"`{base}` and `{head}` have no commit in common{_lacking(specs)}") from None


def _is_spec(path: str) -> bool:
    parts = path.split("/")
    return path == "netloom.lock" or (path.endswith(".yaml") and not any(part.startswith(".") for part in parts))


def root(specs: Path) -> tuple[Path, str]:
    """The top of the working tree that a folder is in, and the folder's path in it; "" for the top itself.

    Raises:
        RevisionError: as above.
    """
    near = specs.absolute()
    while not near.is_dir():
        near = near.parent
    try:
        shown = git(near, "rev-parse", "--show-toplevel")
    except RevisionError as error:
        raise RevisionError(str(error) or f"{specs} is in no git repository") from None
    top = Path(shown.decode("utf-8", "surrogateescape").rstrip("\n"))
    inside = specs.absolute().resolve().relative_to(top.resolve())
    return top, "" if str(inside) == "." else str(inside)


def _blobs(top: Path, wanted: Mapping[str, str]) -> dict[str, bytes]:
    """Contents by path, in one run of git."""
    answer = git(top, "cat-file", "--batch", stdin="".join(f"{identity}\n" for identity in wanted.values()).encode())
    found, at = {}, 0
    for path in wanted:
        end = answer.index(b"\n", at)
        size = int(answer[at:end].rsplit(b" ", 1)[1])
        found[path] = answer[end + 1 : end + 1 + size]
        at = end + size + 2
    return found


def git(folder: Path, *words: str, stdin: bytes = b"") -> bytes:
    """Output of git.

    Args:
        folder: where it runs.
        words: its arguments.
        stdin: what it reads.

    Raises:
        RevisionError: it fails; mostly without words, as git's own are about options that we never show.
    """
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], input=stdin, capture_output=True, check=False)
    except FileNotFoundError:
        raise RevisionError("git is not installed; name two folders or two plan.json instead") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace")
        raise RevisionError("git does not trust the owner of this repository" if "dubious ownership" in said else "")
    return done.stdout
