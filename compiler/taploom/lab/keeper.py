"""Labs that stay up after the command that made them.

A kept lab is one process that waits for a request to end. It listens on an abstract socket. Such a socket has a name in
the kernel and no file, so that even a killed lab leaves nothing to be cleaned up.
"""

import os
import socket
import struct
from pathlib import Path

_NAME = "taploom-lab/"
_ANSWER_WITHIN = 30.0


def running() -> tuple[str, ...]:
    """Names of the labs that are kept here."""
    lines = Path("/proc/net/unix").read_text(encoding="utf-8", errors="replace").splitlines()
    names = (line.rpartition(" ")[2] for line in lines)
    return tuple(sorted({name[1:] for name in names if name.startswith(f"@{_NAME}")}))


def end(name: str) -> None:
    """Ends a kept lab, and returns when it is gone.

    Raises:
        OSError: The lab belongs to another user, or does not answer.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as call:
        call.settimeout(_ANSWER_WITHIN)
        call.connect(f"\0{name}")
        call.sendall(b"down")
        call.shutdown(socket.SHUT_WR)
        while call.recv(64):
            pass


class Keeper:
    """Listens for requests to end a lab; created while the lab is in the foreground, so that its name can be shown."""

    def __init__(self) -> None:
        self.name = f"{_NAME}{os.getpid()}"
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(f"\0{self.name}")
        self._listener.listen(1)

    def wait(self) -> socket.socket:
        """Waits for a request of root or of the owner. Its connection is returned; `end` waits until it is closed."""
        while True:
            call, _ = self._listener.accept()
            _, user, _ = struct.unpack("3i", call.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            if user in (0, os.geteuid()):
                call.recv(64)
                return call
            call.close()
