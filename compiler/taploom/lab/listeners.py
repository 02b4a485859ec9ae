"""Answers probes inside a machine with the name of the machine and the addresses of the packet on arrival.

A probe must not only show that a packet passed: the name of the machine shows where a forward leads, and the source
address on arrival shows the source translation. So each listener sends one line of JSON, `{server, peer, local, port}`.
UDP answers have the request's destination as their source address, because a machine may have many addresses.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from functools import partial
from typing import Any

from taploom.lab.load import MARK
from taploom.lab.pour import Pourer

BACKLOG = 64
ANCILLARY = 256
NOW, LATER, EVERY = b"speak\n", b"wait\n", 0.02
"""Requests by which a client asks for octets at once or after a call of `speak`; and seconds between two octets."""


class Listeners:
    """All listeners of one machine, which run as threads, and the packets and connections that they have recorded."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._open: set[tuple[str, int]] = set()
        self._seen: list[dict[str, Any]] = []
        self._told = threading.Event()
        self._pourer = Pourer()

    def listen(self, proto: str, ports: list[int]) -> dict[str, Any]:
        """Listens on ports of all addresses of both families; a second call for a port has no effect."""
        for port in ports:
            if (proto, port) not in self._open:
                kind = socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM
                listener = socket.socket(socket.AF_INET6, kind)
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(("::", port))
                serve = self._serve_tcp if proto == "tcp" else self._serve_udp
                if proto == "tcp":
                    listener.listen(BACKLOG)
                threading.Thread(target=serve, args=(listener, port), daemon=True).start()
                self._open.add((proto, port))
        return {}

    def seen(self) -> dict[str, Any]:
        """Returns all arrivals, oldest first, as `{proto, port, peer, local, payload}` (payload in hexadecimal)."""
        return {"seen": list(self._seen)}

    def _note(self, proto: str, port: int, peer: str, local: str, payload: bytes = b"") -> bytes:
        if not payload.startswith(MARK):
            self._seen.append({"proto": proto, "port": port, "peer": peer, "local": local, "payload": payload.hex()})
        return json.dumps({"server": self._server, "peer": peer, "local": local, "port": port}).encode() + b"\n"

    def _serve_tcp(self, listener: socket.socket, port: int) -> None:
        while True:
            stream, peer = listener.accept()
            threading.Thread(target=self._converse, args=(stream, port, peer), daemon=True).start()

    def _converse(self, stream: socket.socket, port: int, peer: tuple[Any, ...]) -> None:
        """Sends the line, then echoes until the peer closes, so that a held connection shows whether it still works."""
        with stream:
            try:
                local = _plain(stream.getsockname()[0])
                stream.sendall(self._note("tcp", port, _plain(peer[0]), local))
                while heard := stream.recv(4096):
                    if heard in (NOW, LATER):
                        threading.Thread(target=self._speak, args=(stream, heard), daemon=True).start()
                    stream.sendall(heard)
            except OSError:
                return  # the peer may close at any time

    def speak(self) -> dict[str, Any]:
        """Makes the connections that wait for this call begin to send octets."""
        self._told.set()
        return {}

    def _speak(self, stream: socket.socket, when: bytes) -> None:
        """Sends octets until the peer closes."""
        if when == LATER:
            self._told.wait()
        try:
            while True:
                stream.sendall(b".")
                time.sleep(EVERY)
        except OSError:
            return

    def _serve_udp(self, listener: socket.socket, port: int) -> None:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        while True:
            payload, ancillary, _, peer = listener.recvmsg(4096, ANCILLARY)
            asked = next(
                data for level, kind, data in ancillary if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO)
            )[:16]
            source = (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, asked + struct.pack("=I", 0))
            back = partial(_send, listener, source, peer)
            if self._pourer.heard(payload, peer, back):
                continue
            answer = self._note("udp", port, _plain(peer[0]), _plain(socket.inet_ntop(socket.AF_INET6, asked)), payload)
            try:
                back(answer)
            except OSError as refused:
                self._seen[-1]["unanswered"] = str(refused)


def _send(listener: socket.socket, source: tuple[int, int, bytes], peer: tuple[Any, ...], answer: bytes) -> None:
    listener.sendmsg([answer], [source], 0, peer)


def _plain(address: str) -> str:
    """Normalizes a peer address: IPv4-mapped IPv6 becomes IPv4, and a scope such as `%eth0` is cut off."""
    return address.removeprefix("::ffff:").partition("%")[0]
