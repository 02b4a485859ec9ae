"""Reads and writes files of a folder, and follows no symbolic link below it.

A rendered tree lives in repositories that many people push to. A link `hosts -> /etc` there would turn the next
render into a write to `/etc`. Paths are therefore walked one component at a time from an open folder (`openat(2)` with
`O_NOFOLLOW`), which leaves no moment between a check and its use.
"""

import enum
import fcntl
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_TEMPORARY = ".taploom-new"


class Kind(enum.Enum):
    """Kinds of directory entries; OTHER are links, sockets, pipes and devices, which are never opened."""

    FILE = "file"
    FOLDER = "folder"
    OTHER = "other"


class Folder:
    """An open folder. Its methods raise `OSError` with the path below the folder as `filename`."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._open: list[tuple[str, int]] = []  # the folders that lead to the file used last

    def close(self) -> None:
        """Close all descriptors."""
        self._leave(0)
        os.close(self._root)

    def lock(self) -> None:
        """Lock the folder until it is closed; `BlockingIOError` if another process has locked it."""
        fcntl.flock(self._root, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def scan(self, within: Iterable[str]) -> dict[str, Kind]:
        """Everything directly in the folder, and everything below its folders whose names are in `within`."""
        entered = frozenset(within)
        found = dict(self._entries(""))
        stack = [path for path, kind in found.items() if kind is Kind.FOLDER and path in entered]
        while stack:
            below = dict(self._entries(stack.pop()))
            found |= below
            stack += [path for path, kind in below.items() if kind is Kind.FOLDER]
        return found

    def read(self, path: str) -> tuple[bytes, int]:
        """Bytes and permission bits of a regular file."""
        with _about(path):
            # Without O_NONBLOCK a pipe that took the file's place would block for ever.
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
            descriptor = os.open(path.rpartition("/")[2], flags, dir_fd=self._parent(path, create=False))
            with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no Path
                return file.read(), stat.S_IMODE(os.fstat(descriptor).st_mode)

    def write(self, path: str, data: bytes, mode: int | None) -> None:
        """Write a file atomically: a reader sees the old bytes or the new ones, never a part.

        Args:
            path: path of the file below the folder; missing folders are made.
            data: the bytes.
            mode: permission bits, or None to leave them to the umask.
        """
        name = path.rpartition("/")[2]
        temporary = f".{name}{_TEMPORARY}"
        with _about(path):
            parent = self._parent(path, create=True)
            try:
                self._fill(temporary, parent, data, mode)
                os.rename(temporary, name, src_dir_fd=parent, dst_dir_fd=parent)
            except BaseException:
                _unlink(temporary, parent)
                raise

    def remove(self, path: str) -> None:
        """Remove a file, or a link itself, and then the folders above it that are empty."""
        with _about(path):
            _unlink(path.rpartition("/")[2], self._parent(path, create=False))
            parts = path.split("/")[:-1]
            while parts:
                self._leave(len(parts) - 1)
                above = self._parent("/".join(parts), create=False)
                try:
                    os.rmdir(parts.pop(), dir_fd=above)
                except OSError:
                    return  # the folder is not empty, so it stays

    @staticmethod
    def _fill(name: str, parent: int, data: bytes, mode: int | None) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            descriptor = os.open(name, flags, 0o666, dir_fd=parent)
        except FileExistsError:  # left by a killed run: because of the lock, no other run is writing it
            _unlink(name, parent)
            descriptor = os.open(name, flags, 0o666, dir_fd=parent)
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(descriptor, left) :]
            if mode is not None:
                os.fchmod(descriptor, mode)
        finally:
            os.close(descriptor)

    def _entries(self, path: str) -> Iterator[tuple[str, Kind]]:
        with _about(path or "."):
            descriptor = os.open(".", _FOLDER, dir_fd=self._parent(f"{path}/." if path else ".", create=False))
            try:
                with os.scandir(descriptor) as entries:
                    for entry in entries:
                        yield (f"{path}/{entry.name}" if path else entry.name), _kind(entry)
            finally:
                os.close(descriptor)

    def _parent(self, path: str, *, create: bool) -> int:
        parts = path.split("/")[:-1]
        shared = 0
        while shared < min(len(parts), len(self._open)) and self._open[shared][0] == parts[shared]:
            shared += 1
        self._leave(shared)
        for part in parts[shared:]:
            self._open.append((part, self._enter(part, create=create)))
        return self._open[-1][1] if self._open else self._root

    def _enter(self, part: str, *, create: bool) -> int:
        above = self._open[-1][1] if self._open else self._root
        try:
            return os.open(part, _FOLDER, dir_fd=above)
        except FileNotFoundError:
            if not create:
                raise
        with suppress(FileExistsError):  # several processes of one delivery may create the same folder
            os.mkdir(part, dir_fd=above)
        return os.open(part, _FOLDER, dir_fd=above)

    def _leave(self, depth: int) -> None:
        while len(self._open) > depth:
            os.close(self._open.pop()[1])


@contextmanager
def opened(root: Path, *, create: bool = False) -> Iterator[Folder]:
    """Open a folder; `root` itself may be a link, since the user named it."""
    with _about(""):
        if create and not os.path.lexists(root):  # if `root` is a file, opening it raises the better error
            root.mkdir(parents=True, exist_ok=True)
        folder = Folder(os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
    try:
        yield folder
    finally:
        folder.close()


def is_temporary(path: str) -> bool:
    """Whether a path is that of a temporary file, which an interrupted `write` leaves behind."""
    name = path.rpartition("/")[2]
    return name.startswith(".") and name.endswith(_TEMPORARY)


def _kind(entry: os.DirEntry[str]) -> Kind:
    if entry.is_dir(follow_symlinks=False):
        return Kind.FOLDER
    return Kind.FILE if entry.is_file(follow_symlinks=False) else Kind.OTHER


def _unlink(name: str, parent: int) -> None:
    try:
        os.unlink(name, dir_fd=parent)
    except FileNotFoundError:
        return


@contextmanager
def _about(path: str) -> Iterator[None]:
    """Set the path in errors of the operating system to a path below the folder."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = path, None
        raise
