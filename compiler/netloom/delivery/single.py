"""One file that the user named: written whole or not at all, and only where its bytes change."""

from pathlib import Path

from netloom.base.diagnostic import Diagnostic
from netloom.delivery.folder import opened
from netloom.delivery.rules import UNWRITABLE, WAY_OUT


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
