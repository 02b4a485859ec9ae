"""One file that the user named: written whole or not at all, and only where its bytes change."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from taploom.base.diagnostic import Diagnostic
from taploom.delivery.folder import opened
from taploom.delivery.rules import BUSY, UNWRITABLE, WAY_OUT


def write_file(path: Path, data: bytes, *, replace: bool = True) -> Diagnostic | bool:
    """Put a file in place.

    Args:
        path: where; folders above it are made.
        data: its bytes.
        replace: whether a file that is there makes way.

    Returns:
        Whether it was written, or why it could not be.
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
    """Put the output of a command where its user said: behind a link, and straight into a pipe or a device.

    Returns:
        As of `write_file`.
    """
    target = Path(os.path.realpath(path))  # where links go round in a circle, one of them
    if not (target.is_fifo() or target.is_char_device()):  # those cannot be replaced, and have nothing to lose
        return write_file(target, data)
    try:
        target.write_bytes(data)
    except OSError as error:
        return Diagnostic(UNWRITABLE, f"cannot write `{path}`: {error.strerror}", None, WAY_OUT)
    return True


@contextmanager
def sole_writer(folder: Path) -> Iterator[Diagnostic | None]:
    """Be the only one that writes into a folder by what it has read there, such as the lock; or why one is not.

    Args:
        folder: held by flock(2) until the context ends. One that cannot be opened is for who reads it to report.
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
