"""Holds TCP connections open, to see whether they survive a change."""

import socket
from typing import Any

from taploom.lab.listeners import LATER, NOW
from taploom.lab.senders import connected


class Streams:
    """The TCP connections that one machine holds open, by number."""

    def __init__(self) -> None:
        self._held: list[tuple[socket.socket, bool]] = []

    def hold(self, to: str, port: int, source: str | None, timeout: float, listening: str = "") -> dict[str, Any]:
        """Opens a connection and holds it; the answer contains the number of the connection.

        Args:
            to: Numeric address.
            port: Port of a listener of the lab.
            source: Source address, or None for the kernel's choice.
            timeout: Seconds until the attempt fails.
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
        """Returns whether a held connection echoes a line in time or, if it only listens, still receives octets."""
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
