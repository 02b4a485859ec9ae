"""Who was pinged by whom: echo requests as they arrive at a machine, which its kernel answers by itself.

A pinger knows that it was answered, but not by whom, nor what the other side saw as its address. So each machine that
is pinged keeps the ends of every request by the words in it.
"""

from __future__ import annotations

import socket
import threading
from typing import Any

ECHO4, ECHO6 = 8, 128
"""Types of echo requests (RFC 792, RFC 4443)."""
HEADER = 8
_PLACE = 16
"""Octets of an IPv6 address at the beginning of IPV6_PKTINFO (RFC 3542, 6.1)."""


class Echoes:
    """The echo requests of one machine, in both families."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, str]] = {}
        self._hears = False

    def hear(self) -> dict[str, Any]:
        """Begins to listen; doing so twice is fine."""
        if not self._hears:
            self._hears = True
            four = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
            six = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
            six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            for keep, sock in ((self._keep4, four), (self._keep6, six)):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
                threading.Thread(target=keep, args=(sock,), daemon=True).start()
        return {}

    def heard(self, words: list[str]) -> dict[str, Any]:
        """Sender and destination of the requests with these words, in hexadecimal, of those that arrived."""
        return {"heard": {word: self._kept[word] for word in words if word in self._kept}}

    def _keep4(self, sock: socket.socket) -> None:
        while True:
            packet = sock.recv(4096)
            message = packet[(packet[0] & 0x0F) * 4 :]
            if message[0] == ECHO4:
                ends = socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])
                self._kept[message[HEADER:].hex()] = ends

    def _keep6(self, sock: socket.socket) -> None:
        while True:
            message, ancillary, _, peer = sock.recvmsg(4096, 256)
            if message[0] == ECHO6:
                place = next(
                    data
                    for level, kind, data in ancillary
                    if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO)
                )
                local = socket.inet_ntop(socket.AF_INET6, place[:_PLACE])
                self._kept[message[HEADER:].hex()] = (peer[0].partition("%")[0], local)
