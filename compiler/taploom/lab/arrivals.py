"""Records packets of protocols for which the agent has no listener: echo requests, ESP, GRE, SCTP and others.

The sender of a ping sees a reply, but neither the machine that replied nor the source address that arrived there; and
no machine replies to a packet of ESP. So each probed machine records source and destination of every first packet.
Each record is found by the random words in the packet, which identify it.
"""

from __future__ import annotations

import socket
import threading
from typing import Any

from taploom.lab.datagrams import ECHO4, ECHO6, ICMP4, ICMP6, REQUESTS, SCTP, WORDS

_PLACE = 16
"""Length of the IPv6 address at the beginning of IPV6_PKTINFO, in octets (RFC 3542, 6.1)."""
_ROOM = 1 << 20
"""The size of a socket's receive buffer in octets."""
PacketEnds = tuple[str, str, int]


class Arrivals:
    """The recorder of the first packets that arrive at one machine, in both families."""

    def __init__(self) -> None:
        self._kept: dict[str, PacketEnds] = {}
        self._heard: set[int] = set()

    def hear(self, protocols: list[int]) -> dict[str, Any]:
        """Begins to record packets of protocols, given by number; a second call for a protocol has no effect."""
        for protocol in protocols:
            if protocol not in self._heard:
                self._heard.add(protocol)
                if protocol != ICMP6:
                    self._begin(socket.AF_INET, protocol)
                if protocol != ICMP4:
                    self._begin(socket.AF_INET6, protocol)
        return {}

    def heard(self, words: list[str]) -> dict[str, Any]:
        """Returns source, destination and port of each recorded packet with one of these words (in hexadecimal)."""
        return {"heard": {word: self._kept[word] for word in words if word in self._kept}}

    def _begin(self, family: socket.AddressFamily, protocol: int) -> None:
        sock = socket.socket(family, socket.SOCK_RAW, protocol)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ROOM)
        keep = self._keep4 if family == socket.AF_INET else self._keep6
        threading.Thread(target=keep, args=(sock, protocol), daemon=True).start()

    def _keep4(self, sock: socket.socket, protocol: int) -> None:
        while True:
            packet = sock.recv(4096)
            ends = socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])
            self._keep(protocol, packet[(packet[0] & 0x0F) * 4 :], *ends)

    def _keep6(self, sock: socket.socket, protocol: int) -> None:
        while True:
            message, ancillary, _, peer = sock.recvmsg(4096, 256)
            place = next(
                data for level, kind, data in ancillary if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO)
            )
            self._keep(protocol, message, peer[0].partition("%")[0], socket.inet_ntop(socket.AF_INET6, place[:_PLACE]))

    def _keep(self, protocol: int, message: bytes, peer: str, local: str) -> None:
        """Records addresses and port of a packet; the port is the ICMP type (0 for an echo), or 0 without ports."""
        start = message.find(WORDS)
        if start < 0 or (protocol in REQUESTS and message[0] not in REQUESTS[protocol]):
            return  # not the first packet of a probe
        port = int.from_bytes(message[2:4], "big") if protocol == SCTP else 0
        if protocol in REQUESTS and message[0] not in (ECHO4, ECHO6):
            port = message[0]
        self._kept[message[start : start + len(WORDS) + 16].hex()] = (peer, local, port)
