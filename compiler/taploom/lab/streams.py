"""TCP connections that are held open, to see whether they survive a change."""

import socket
from typing import Any

from taploom.lab.listeners import LATER, NOW
from taploom.lab.senders import connected


class Streams:
    """The held connections of one machine, by number."""

    def __init__(self) -> None:
        self._held: list[tuple[socket.socket, bool]] = []

    def hold(self, to: str, port: int, source: str | None, timeout: float, listening: str = "") -> dict[str, Any]:
        """Connects and stays connected; the answer holds the stream's number.

        Args:
            to: Numeric address.
            port: The port of one of the lab's listeners.
            source: Source address, or None for the kernel's choice.
            timeout: Seconds.
            listening: See `taploom.lab.probe.Agent.hold`.
        """
        stream = connected(socket.SOCK_STREAM, to, port, source, timeout)
        stream.recv(4096)
        if listening:
            stream.sendall(NOW if listening == "now" else LATER)
            stream.recv(4096)
        self._held.append((stream, bool(listening)))
        return {"stream": len(self._held) - 1}

    def alive(self, stream: int, timeout: float) -> dict[str, Any]:
        """Whether a line sent on a held stream is echoed in time, or octets of the other side still arrive."""
        held, listening = self._held[stream]
        try:
            if listening:
                _drain(held)
            held.settimeout(timeout)
            if not listening:
                held.sendall(b"still there?\n")
            return {"alive": bool(held.recv(4096))}
        except OSError:
            return {"alive": False}


def _drain(held: socket.socket) -> None:
    """Discards the octets that have already arrived."""
    held.settimeout(0)
    try:
        while held.recv(65536):
            pass
    except BlockingIOError:
        return
