"""The difference between the files that a folder holds and the files that it should hold.

`render` acts on the same comparison that `render --check` reports, so that the two cannot disagree.
"""

from collections.abc import Mapping
from functools import cached_property

from taploom.base.frozen import dataclass
from taploom.delivery.folder import Folder, Kind, is_temporary
from taploom.delivery.manifest import Owned, sha256


@dataclass(frozen=True)
class File:
    """A file to deliver.

    Attributes:
        data: its bytes.
        mode: permission bits, or None to leave them to the umask.
    """

    data: bytes
    mode: int | None = None

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of its bytes; several manifests need it."""
        return sha256(self.data)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All relevant paths of a folder, each in exactly one of these sorted tuples.

    Attributes:
        same: wanted files with the wanted bytes and mode.
        missing: wanted files that do not exist.
        stale: wanted files that taploom wrote from other specs, and that nobody has edited.
        edited: wanted files that taploom wrote, and that somebody has edited.
        foreign: wanted files in whose place there is something that taploom did not write.
        blocked: wanted files that cannot be created: a folder is in their place, or a file or link above them.
        leftover: files that taploom wrote, that nobody has edited, and that are no longer wanted.
        strayed: files that taploom wrote, that somebody has edited, and that are no longer wanted.
        extra: other files in the folders of the tree.
        temporary: temporary files of an interrupted write.
    """

    same: tuple[str, ...]
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    edited: tuple[str, ...]
    foreign: tuple[str, ...]
    blocked: tuple[str, ...]
    leftover: tuple[str, ...]
    strayed: tuple[str, ...]
    extra: tuple[str, ...]
    temporary: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether any file of the folder differs from what it should be."""
        return bool(self.drift())

    def drift(self) -> tuple[tuple[str, str], ...]:
        """Every path that is not as it should be, with a word for the difference, sorted by path."""
        words = {
            "missing": self.missing,
            "stale": self.stale,
            "edited": (*self.edited, *self.foreign, *self.blocked),
            "extra": (*self.leftover, *self.strayed, *self.extra, *self.temporary),
        }
        return tuple(sorted((path, word) for word, paths in words.items() for path in paths))


def everything_missing(wanted: Mapping[str, File]) -> Comparison:
    """The comparison with a folder that does not exist."""
    return Comparison((), tuple(sorted(wanted)), (), (), (), (), (), (), (), ())


def compare(folder: Folder, wanted: Mapping[str, File], owned: Owned) -> Comparison:
    """Compare a folder with the files that it should hold.

    Args:
        folder: the open folder.
        wanted: the files that the folder should hold, by path.
        owned: SHA-256 of each file that taploom wrote into the folder before, by path.

    Raises:
        OSError: something in the folder cannot be read.
    """
    found = folder.scan({path.partition("/")[0] for path in (*wanted, *owned) if "/" in path})
    sorts: dict[str, list[str]] = {name: [] for name in Comparison.__slots__}
    for path in sorted(wanted):
        sorts[_wanted(folder, path, wanted[path], found, owned.get(path))].append(path)
    for path in sorted(found):
        if found[path] is not Kind.FOLDER and path not in wanted:
            word = _unwanted(folder, path, found[path], owned.get(path))
            if word:
                sorts[word].append(path)
    return Comparison(**{name: tuple(paths) for name, paths in sorts.items()})


def _wanted(folder: Folder, path: str, file: File, found: Mapping[str, Kind], before: frozenset[str] | None) -> str:
    kind = found.get(path)
    if kind is None:
        above = path.split("/")[:-1]
        folders = ("/".join(above[: depth + 1]) for depth in range(len(above)))
        return "blocked" if any(found.get(one, Kind.FOLDER) is not Kind.FOLDER for one in folders) else "missing"
    if kind is Kind.FOLDER:
        return "blocked"
    if kind is Kind.FILE:
        data, mode = folder.read(path)
        if data == file.data and file.mode in (None, mode):
            return "same"
        if before is not None and sha256(data) in before:
            return "stale"
    return "foreign" if before is None else "edited"


def _unwanted(folder: Folder, path: str, kind: Kind, before: frozenset[str] | None) -> str:
    if before is not None:
        return "leftover" if kind is Kind.FILE and sha256(folder.read(path)[0]) in before else "strayed"
    if is_temporary(path):
        return "temporary"
    return "extra" if "/" in path else ""  # files directly in the folder may be anybody's
