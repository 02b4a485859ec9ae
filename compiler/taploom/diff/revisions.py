"""The files of a site at a git revision, read from its objects.

The module touches no checkout, index or reference, so a plan can be made while somebody works in the same clone. It
lets git read the objects, since git knows packs, alternates and worktrees.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from taploom.base.diagnostic import Diagnostic, Report
from taploom.base.frozen import dataclass
from taploom.diff.git import GitError, Repository, RevisionError, repository
from taploom.source.characters import printable_path
from taploom.source.listing import ENTRIES, LOCK, readable
from taploom.source.refused import AROUND, BESIDE, NESTED, refuse
from taploom.source.stored import Stored, stored_specs

_REGULAR, _LINK, _SUBMODULE = ("100644", "100755"), "120000", "160000"
_LINK_BYTES = 4096
"""The longest path that Linux accepts (PATH_MAX)."""
_HEAD_BYTES = 200
"""An upper bound for the line that `git cat-file --batch` writes before an object."""


@dataclass(frozen=True, slots=True)
class CommittedSpecs:
    """The specs of one commit.

    Attributes:
        name: the revision as the user wrote it.
        commit: full object name.
        folder: folder of the specs, as the user named it.
        inside: path of the same folder from the top of the repository; "" for the top itself.
        sizes: size in bytes of each spec below that folder and of the lock; the keys are paths that begin with
            `folder`.
        blobs: content of those files that are small enough to be read.
        refused: findings about other paths below that folder; a working tree would have the same.
    """

    name: str
    commit: str
    folder: str
    inside: str
    sizes: Mapping[str, int]
    blobs: Mapping[str, bytes]
    refused: tuple[Diagnostic, ...]


def revision(specs: Path, name: str, commit: str) -> CommittedSpecs:
    """Read a commit; files larger than the bound for specs are never unpacked.

    Args:
        specs: folder of the specs; it need not exist in the working tree.
        name: the revision as the user wrote it.
        commit: full object name.

    Raises:
        RevisionError: there is no repository, the clone lacks the commit or its files, or git is not installed.
    """
    where, inside = repository(specs)
    entries = dict(_entries(where, inside, name, commit))
    report = Report()
    if inside and not entries:
        _misplaced(where, commit, inside, specs, report)
    files = {
        f"{specs}/{path}": entries[real] for path, real in _specs(where, commit, inside, str(specs), entries, report)
    }
    sizes = {path: entry.size for path, entry in files.items()}
    blobs = _blobs(where, name, {path: files[path] for path in _readable(sizes)})
    return CommittedSpecs(name, commit, str(specs), inside, sizes, blobs, report.sorted())


@dataclass(frozen=True, slots=True)
class _TreeEntry:
    """One entry of a tree.

    Attributes:
        mode: file mode as git writes it.
        identity: object name.
        size: in bytes; 0 for a submodule.
    """

    mode: str
    identity: str
    size: int


def _entries(where: Repository, inside: str, name: str, commit: str) -> Iterator[tuple[str, _TreeEntry]]:
    """All entries below the folder of specs, by path from there."""
    listed = where.ask("ls-tree", "-rzl", "--full-tree", commit, "--", inside or ".").split(b"\0")
    if len(listed) > ENTRIES:
        raise RevisionError(f"`{name}` has more than {ENTRIES:,} files in {printable_path(inside)}")
    seen = set()
    for row in filter(None, listed):
        head, _, path = row.partition(b"\t")
        mode, kind, identity, size = head.decode().split()
        below = path.decode("utf-8", "surrogateescape").removeprefix(f"{inside}/" if inside else "")
        if below == inside and inside:  # the folder of specs is itself a link or a submodule
            continue
        if below in seen:  # git itself writes no such tree
            raise RevisionError(f"`{name}` has {printable_path(below)} twice")
        seen.add(below)
        if kind == "blob" and not size.isdigit():
            raise _missing(name)
        yield below, _TreeEntry(mode, identity, int(size) if size.isdigit() else 0)


def _misplaced(where: Repository, commit: str, inside: str, specs: Path, report: Report) -> None:
    """Refuse a commit in which the folder of specs, or a parent of it, is a link or submodule, as in a working tree."""
    parts = inside.split("/")
    for depth in range(1, len(parts) + 1):
        row = where.ask("ls-tree", "-z", "--full-tree", commit, "--", "/".join(parts[:depth]))
        why = {_LINK: AROUND, _SUBMODULE: NESTED}.get(row.partition(b" ")[0].decode())
        if why:
            named = specs if why is NESTED else (specs, *specs.parents)[len(parts) - depth]
            refuse(report, str(named), why)
            return


def _specs(
    where: Repository, commit: str, inside: str, folder: str, entries: Mapping[str, _TreeEntry], report: Report
) -> Iterator[tuple[str, str]]:
    """The specs and the lock, each with the path of the file that has its text; other entries are reported."""
    links = {path: entry for path, entry in entries.items() if entry.mode == _LINK}
    small = {path: entry for path, entry in links.items() if entry.size <= _LINK_BYTES}
    texts = {path: blob.decode("utf-8", "surrogateescape") for path, blob in _blobs(where, commit, small).items()}
    targets = {path: texts.get(path, "/") for path in links}  # a longer target leads nowhere on any system
    stored = Stored(
        frozenset(path for path, entry in entries.items() if entry.mode in _REGULAR),
        targets,
        frozenset(path for path, entry in entries.items() if entry.mode == _SUBMODULE),
        frozenset(path for path, target in targets.items() if _to_folder(where, commit, inside, path, target)),
    )
    if LOCK in links:
        refuse(report, f"{folder}/{LOCK}", BESIDE)
    elif LOCK in stored.files:
        yield LOCK, LOCK
    yield from stored_specs(stored, folder, report).items()


def _to_folder(where: Repository, commit: str, inside: str, path: str, target: str) -> bool:
    """Whether a link with `..` leads to a folder of the same commit, inside or outside of the folder of specs."""
    whole = f"{inside}/{path}" if inside else path
    if ".." not in target.split("/") or "\n" in whole:
        return False
    asked = f"{commit}:{whole}\n".encode("utf-8", "surrogateescape")
    return where.ask("cat-file", "--batch-check=%(objecttype)", "--follow-symlinks", stdin=asked).startswith(b"tree")


def _readable(sizes: Mapping[str, int]) -> tuple[str, ...]:
    """The files that are small enough to be read; the compilation reports the others."""
    specs = {path: size for path, size in sizes.items() if path.endswith(".yaml")}
    return readable(specs, Report()) + readable({path: sizes[path] for path in sizes.keys() - specs}, Report())


def commit_of(specs: Path, name: str) -> str:
    """The commit of a name: any expression that git resolves to a commit.

    Raises:
        RevisionError: there is no such commit, no repository, or git is not installed.
    """
    where, _ = repository(specs)
    try:
        found = where.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except GitError:
        raise RevisionError(f"`{name}` is not a commit of this repository{_lacking(where)}") from None
    return found.decode().strip()


def shallow(specs: Path) -> bool:
    """Whether the clone lacks the beginning of its history, so that its oldest commit seems to add everything."""
    return _cut(repository(specs)[0])


def _cut(where: Repository) -> bool:
    return where.ask("rev-parse", "--is-shallow-repository").strip() == b"true"


def _lacking(where: Repository) -> str:
    return "; this clone's history is cut off: `git fetch --unshallow` gets the rest" if _cut(where) else ""


def merge_base(specs: Path, base: str, head: str) -> str:
    """The merge base of two revisions: the base with which a pull request is compared.

    Raises:
        RevisionError: as for `commit_of`, or the two revisions have no common commit.
    """
    where, _ = repository(specs)
    commits = commit_of(specs, base), commit_of(specs, head)
    try:
        return where.ask("merge-base", *commits).decode().strip()
    except GitError:
        raise RevisionError(f"`{base}` and `{head}` have no commit in common{_lacking(where)}") from None


def _missing(name: str) -> RevisionError:
    return RevisionError(f"this clone lacks files of `{name}`: `git fetch --refetch --no-filter` gets them")


def _blobs(where: Repository, name: str, wanted: Mapping[str, _TreeEntry]) -> dict[str, bytes]:
    """Contents by path, in one run of git.

    Args:
        where: the repository.
        name: name of the revision.
        wanted: entries by path.
    """
    asked = "".join(f"{entry.identity}\n" for entry in wanted.values()).encode()
    most = sum(_HEAD_BYTES + entry.size for entry in wanted.values())
    answer = where.ask("cat-file", "--batch", stdin=asked, most=most)
    found, at = {}, 0
    for path, entry in wanted.items():
        size = entry.size
        head = f"{entry.identity} blob {size}\n".encode()
        if not answer.startswith(head, at):
            raise _missing(name)
        at += len(head) + size + 1
        found[path] = answer[at - size - 1 : at - 1]
    return found
