"""Writes files into a folder: only changed ones, each atomically, and never over a file that taploom did not write.

The manifest lists the files that taploom wrote. It is therefore written *before* the files that it newly lists, and
once more at the end. So after an interruption the next run knows these files as taploom's, and completes or removes
them. No file is synced to disk: thousands of syncs would take minutes, and the tree can always be rendered again.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from taploom.base.diagnostic import Diagnostic
from taploom.base.frozen import dataclass
from taploom.base.parallel import runs, spread
from taploom.delivery.codes import BUSY, IN_THE_WAY, KEPT, UNWRITABLE, WAY_OUT
from taploom.delivery.comparison import Comparison, File, compare, everything_missing
from taploom.delivery.folder import Folder, Kind, opened
from taploom.delivery.manifest import NAME, UNLISTED, Owned, journal, read_manifest, sha256, tree_manifest

WORTH_A_PROCESS = 300
"""The number of files that can be written in the time that it takes to start a process."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The result of a delivery.

    Attributes:
        written: paths of files that are new or changed, sorted, the manifest included.
        restored: paths of replaced files that somebody else had edited or written.
        unchanged: number of files that were as they should be.
        removed: paths that were removed.
        diagnostics: the reasons why nothing, or not everything, was done.
    """

    written: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    unchanged: int = 0
    removed: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def with_manifest(files: Mapping[str, File]) -> dict[str, File]:
    """The files of a tree and the manifest that lists them."""
    return {**files, NAME: File(tree_manifest(_checksums(files)))}


def check(root: Path, wanted: Mapping[str, File]) -> Comparison | Diagnostic:
    """Compare a folder with the files that it should hold, manifest included, and touch nothing."""
    try:
        with opened(root) as folder:
            return compare(folder, wanted, _owned(folder, wanted))
    except FileNotFoundError:
        return everything_missing(wanted)
    except OSError as error:
        return _trouble(root, error, "read")


def write(root: Path, wanted: Mapping[str, File], *, force: bool = False) -> Delivery:
    """Make a folder hold the wanted files.

    Args:
        root: the folder; it is created if it does not exist.
        wanted: all files by their paths below the folder, including the manifest.
        force: also replace files that taploom did not write.

    Returns:
        The result. Even after an error each file is whole, with its old or its new bytes.
    """
    done: list[str] = []
    try:
        with opened(root, create=True) as folder:
            folder.lock()
            return _write(root, folder, wanted, done, force=force)
    except BlockingIOError:
        return Delivery(diagnostics=(Diagnostic(BUSY, f"another taploom is writing into `{root}`", None),))
    except OSError as error:
        return Delivery(written=tuple(done), diagnostics=(_trouble(root, error, "write"),))


def _write(root: Path, folder: Folder, wanted: Mapping[str, File], done: list[str], *, force: bool) -> Delivery:
    owned = _owned(folder, wanted)
    found = compare(folder, wanted, owned)
    refused = _refusals(root, found, force=force)
    if refused:
        return Delivery(diagnostics=refused)
    removed = (*found.leftover, *(found.strayed if force else ()))
    changed = (*found.missing, *found.stale, *found.edited, *found.foreign)
    if changed or removed:
        _journal(folder, wanted, owned)
    for path in (*removed, *found.temporary):
        folder.remove(path)
    _put(folder, wanted, sorted(path for path in changed if path != NAME), done)
    if changed or removed:  # replaces the journal
        folder.write(NAME, wanted[NAME].data, wanted[NAME].mode)
        done += [NAME] if NAME in changed else []
    kept = () if force else found.strayed
    return Delivery(
        tuple(sorted(done)),
        tuple(sorted((*found.edited, *found.foreign))),
        len(found.same),
        tuple(sorted(removed)),
        tuple(Diagnostic(KEPT, f"`{root / path}` was edited and is kept", None) for path in kept),
    )


def _put(folder: Folder, wanted: Mapping[str, File], paths: Sequence[str], done: list[str]) -> None:
    """Write files, in several processes if there are thousands, and append the written paths to `done`."""

    def write(part: Sequence[str]) -> tuple[int, OSError | None]:
        for number, path in enumerate(part):
            try:
                folder.write(path, wanted[path].data, wanted[path].mode)
            except OSError as error:
                return number, error
        return len(part), None

    parts = runs(paths, WORTH_A_PROCESS)
    found = spread(write, ((part, len(part)) for part in parts), WORTH_A_PROCESS)
    for part, (number, _) in zip(parts, found, strict=True):
        done += part[:number]
    for _, error in found:
        if error is not None:
            raise error


def _journal(folder: Folder, wanted: Mapping[str, File], owned: Owned) -> None:
    """Write a manifest of old and new files before the new files, so that the next run knows both as taploom's."""
    if not owned:  # the new manifest lists all of them already
        folder.write(NAME, wanted[NAME].data, None)
        return
    coming = _checksums(wanted)
    nothing: frozenset[str] = frozenset()
    paths = (coming.keys() | owned.keys()) - {NAME}
    union = {path: coming.get(path, nothing) | owned.get(path, nothing) for path in paths}
    folder.write(NAME, journal(union, wanted[NAME].data), None)


def _checksums(files: Mapping[str, File]) -> dict[str, frozenset[str]]:
    return {path: frozenset((file.checksum,)) for path, file in files.items()}


def _owned(folder: Folder, wanted: Mapping[str, File]) -> Owned:
    """The files that taploom wrote earlier: those in the manifest, and the existing files among `UNLISTED`."""
    try:
        listed = read_manifest(folder.read(NAME)[0])
    except OSError:  # absent, or a link: in both cases taploom wrote nothing here
        return {}
    if listed is None:
        return {}
    there = folder.scan(())
    lists = [name for name in UNLISTED if name in wanted and there.get(name) is Kind.FILE]
    return {**listed, **{name: frozenset((sha256(folder.read(name)[0]),)) for name in lists}}


def _refusals(root: Path, found: Comparison, *, force: bool) -> tuple[Diagnostic, ...]:
    foreign, blocked = (
        "was not written by taploom, and is kept",
        "has a folder in its place, or a link or file above it",
    )
    hint = "move it away, choose another folder, or replace it with --force"
    refused = () if force else tuple(_in_the_way(root / path, foreign, hint) for path in found.foreign)
    return refused + tuple(_in_the_way(root / path, blocked, "move that away") for path in found.blocked)


def _in_the_way(path: Path, why: str, hint: str) -> Diagnostic:
    return Diagnostic(IN_THE_WAY, f"`{path}` {why}", None, hint)


def _trouble(root: Path, error: OSError, verb: str) -> Diagnostic:
    message = f"cannot {verb} `{root / (error.filename or '')}`: {error.strerror}"
    return Diagnostic(UNWRITABLE, message, None, WAY_OUT)
