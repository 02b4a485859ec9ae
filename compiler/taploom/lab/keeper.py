"""Keeps a lab running after the command that started it, finds kept labs, and ends them.

The process of a kept lab runs until somebody asks it to end. It listens on an abstract socket. Such a socket has a name
in the kernel but no file, so even a killed lab leaves nothing behind.
"""

import os
import socket
import struct
from pathlib import Path

_NAME = "taploom-lab/"
_ANSWER_WITHIN = 30.0


def running() -> tuple[str, ...]:
    """The names of the kept labs on this machine."""
    lines = Path("/proc/net/unix").read_text(encoding="utf-8", errors="replace").splitlines()
    names = (line.rpartition(" ")[2] for line in lines)
    return tuple(sorted({name[1:] for name in names if name.startswith(f"@{_NAME}")}))


def end(name: str) -> None:
    """Asks a kept lab to end, and returns when it has ended.

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
    """The listener for a request to end a lab; it exists before the command prints the name of the lab."""

    def __init__(self) -> None:
        self.name = f"{_NAME}{os.getpid()}"
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(f"\0{self.name}")
        self._listener.listen(1)

    def wait(self) -> socket.socket:
        """Waits for a request by root or by the owner, and returns its connection; `end` waits until that is closed."""
        while True:
            call, _ = self._listener.accept()
            _, user, _ = struct.unpack("3i", call.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            if user in (0, os.geteuid()):
                call.recv(64)
                return call
            call.close()
