"""Writes a single file that the user named, whole or not at all, and only if its bytes change."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from taploom.base.diagnostic import Diagnostic
from taploom.delivery.codes import BUSY, UNWRITABLE, WAY_OUT
from taploom.delivery.folder import opened


def write_file(path: Path, data: bytes, *, replace: bool = True) -> Diagnostic | bool:
    """Write a file, or leave it as it is if it has the same bytes.

    Args:
        path: path of the file; missing folders above it are made.
        data: its bytes.
        replace: whether an existing file is replaced.

    Returns:
        Whether the file was written, or a diagnostic that says why it could not be written.
    """
    try:
        with opened(path.parent, create=True) as folder:
            if path.name in folder.scan(()) and (not replace or folder.read(path.name)[0] == data):
                return False
            folder.write(path.name, data, None)
    except OSError as error:
        return Diagnostic(UNWRITABLE, f"cannot write `{path}`: {error.strerror}", None, WAY_OUT)
    return True


def write_output(path: Path, data: bytes) -> Diagnostic | bool:
    """Write a command's output to the path that its user named: to the target of a link, or into a pipe or a device.

    Returns:
        The same as `write_file`.
    """
    target = Path(os.path.realpath(path))  # if links form a cycle, this is one of them
    if not (
        target.is_fifo() or target.is_char_device()
    ):  # pipes and devices cannot be replaced, and hold no old content
        return write_file(target, data)
    try:
        target.write_bytes(data)
    except OSError as error:
        return Diagnostic(UNWRITABLE, f"cannot write `{path}`: {error.strerror}", None, WAY_OUT)
    return True


@contextmanager
def sole_writer(folder: Path) -> Iterator[Diagnostic | None]:
    """Keep other processes from writing while this one reads and updates files of a folder, such as the lock.

    Args:
        folder: locked by flock(2) until the context ends. A folder that cannot be opened is not locked; the code
            that reads the folder reports the error.

    Yields:
        A diagnostic if another process holds the folder, else None.
    """
    with ExitStack() as held:
        refused: Diagnostic | None = None
        try:
            held.enter_context(opened(folder)).lock()
        except BlockingIOError:
            refused = Diagnostic(BUSY, f"another taploom is writing into `{folder}`", None)
        except OSError:
            refused = None
        yield refused
