"""The files of a site as a revision of git has them, read from its objects.

No checkout, index or reference is touched: a plan can be made while somebody works in the same clone. git itself does
the reading, since objects are packed, alternates and worktrees exist, and it knows them all.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from netloom.base.diagnostic import Report
from netloom.base.frozen import dataclass
from netloom.diff.git import GitError, Repository, RevisionError, repository
from netloom.source.characters import printable_path
from netloom.source.listing import ENTRIES, readable

_REGULAR = ("100644", "100755")
_HEAD_BYTES = 200
"""More than the line that `git cat-file --batch` writes before an object."""


@dataclass(frozen=True, slots=True)
class Revision:
    """The specs of one commit.

    Attributes:
        name: as the user wrote it.
        commit: full object name.
        folder: folder of the specs, as the user named it.
        inside: the same folder from the top of the repository; "" for the top itself.
        sizes: bytes of each file below that folder, by path that begins with `folder`.
        blobs: content of those that are small enough to be read.
    """

    name: str
    commit: str
    folder: str
    inside: str
    sizes: Mapping[str, int]
    blobs: Mapping[str, bytes]


def revision(specs: Path, name: str, commit: str) -> Revision:
    """Read a commit; what is larger than specs may be is never unpacked.

    Args:
        specs: folder of the specs; it need not exist in the working tree.
        name: what the user calls it.
        commit: full object name.

    Raises:
        RevisionError: there is no repository, the clone lacks the commit or its files, or git is not installed.
    """
    where, inside = repository(specs)
    files = {f"{specs}/{below}": file for below, file in _files(where, inside, name, commit)}
    sizes = {path: size for path, (_, size) in files.items()}
    found = _blobs(where, name, {path: files[path] for path in _readable(sizes)})
    return Revision(name, commit, str(specs), inside, sizes, found)


def _files(where: Repository, inside: str, name: str, commit: str) -> Iterator[tuple[str, tuple[str, int]]]:
    """Path below the folder of specs, object name and size of each spec and of the lock."""
    listed = where.ask("ls-tree", "-rzl", "--full-tree", commit, "--", inside or ".").split(b"\0")
    if len(listed) > ENTRIES:
        raise RevisionError(f"`{name}` has more than {ENTRIES:,} files in {printable_path(inside)}")
    seen = set()
    for row in filter(None, listed):
        head, _, path = row.partition(b"\t")
        mode, kind, identity, size = head.decode().split()
        below = path.decode("utf-8", "surrogateescape").removeprefix(f"{inside}/" if inside else "")
        if kind != "blob" or mode not in _REGULAR or not _is_spec(below):
            continue
        if below in seen:  # git itself writes no such tree
            raise RevisionError(f"`{name}` has {printable_path(below)} twice")
        if not size.isdigit():
            raise _missing(name)
        seen.add(below)
        yield below, (identity, int(size))


def _readable(sizes: Mapping[str, int]) -> tuple[str, ...]:
    """The files that are small enough to be read; who compiles them reports the others."""
    specs = {path: size for path, size in sizes.items() if path.endswith(".yaml")}
    return readable(specs, Report()) + readable({path: sizes[path] for path in sizes.keys() - specs}, Report())


def commit_of(specs: Path, name: str) -> str:
    """The commit that a name stands for, be it anything that git takes for one.

    Raises:
        RevisionError: there is none, no repository, or git is not installed.
    """
    where, _ = repository(specs)
    try:
        found = where.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except GitError:
        raise RevisionError(f"`{name}` is no commit of this repository{_lacking(where)}") from None
    return found.decode().strip()


def shallow(specs: Path) -> bool:
    """Whether the clone lacks the beginning of its history, so that its oldest commit seems to add everything."""
    return _cut(repository(specs)[0])


def _cut(where: Repository) -> bool:
    return where.ask("rev-parse", "--is-shallow-repository").strip() == b"true"


def _lacking(where: Repository) -> str:
    return ", whose history is cut off: `git fetch --unshallow` gets the rest" if _cut(where) else ""


def merge_base(specs: Path, base: str, head: str) -> str:
    """The commit where two lines of history parted, which is what a pull request is compared with.

    Raises:
        RevisionError: as above, or the two have nothing in common.
    """
    where, _ = repository(specs)
    commits = commit_of(specs, base), commit_of(specs, head)
    try:
        return where.ask("merge-base", *commits).decode().strip()
    except GitError:
        raise RevisionError(f"`{base}` and `{head}` have no commit in common{_lacking(where)}") from None


def _is_spec(path: str) -> bool:
    parts = path.split("/")
    return path == "netloom.lock" or (path.endswith(".yaml") and not any(part.startswith(".") for part in parts))


def _missing(name: str) -> RevisionError:
    return RevisionError(f"this clone lacks files of `{name}`: `git fetch --refetch --no-filter` gets them")


def _blobs(where: Repository, name: str, wanted: Mapping[str, tuple[str, int]]) -> dict[str, bytes]:
    """Contents by path, in one run of git.

    Args:
        where: the repository.
        name: of the revision.
        wanted: object name and size, by path.
    """
    asked = "".join(f"{identity}\n" for identity, _ in wanted.values()).encode()
    most = sum(_HEAD_BYTES + size for _, size in wanted.values())
    answer = where.ask("cat-file", "--batch", stdin=asked, most=most)
    found, at = {}, 0
    for path, (identity, size) in wanted.items():
        head = f"{identity} blob {size}\n".encode()
        if not answer.startswith(head, at):
            raise _missing(name)
        at += len(head) + size + 1
        found[path] = answer[at - size - 1 : at - 1]
    return found
