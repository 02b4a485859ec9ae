"""One stream of datagrams between two namespaces, run as a program: it holds both ends, so one clock times all of it.

Each datagram has a number and a source port of its own, so that each is the first of a connection and the ruleset
judges it, or all have one port and are a connection. What arrives is seen on the wire of the receiver's interface,
before any filter of its own, or, where none is named, at a socket behind them. The stream ends when standard input
closes; then it prints one line of JSON:

    {"sent": 4000, "arrived": [[17, 0.0085]], "unsent": []}     numbers, with seconds since the first was sent

Argument, as JSON: from and into (paths of network namespaces), interface (of the receiver), to, port, fresh, rate.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import sys
import time
from typing import Any

from taploom.lab.pump import enter

ETH_P_ALL = 0x0003
PACKET_OUTGOING = 4
MARK = 12
"""Octets that tell this stream from any other."""
FIRST_PORT, PORTS = 20_000, 40_000
LATE = 0.3
"""Seconds in which the last datagrams arrive."""
IPV6_CHECKSUM = 7
"""Option of a raw socket of IPv6 (ipv6(7)): at which octet the kernel fills the checksum in."""


def within(namespace: str, family: int, kind: int, protocol: int) -> socket.socket:
    """A socket of another network namespace."""
    enter(namespace)
    return socket.socket(family, kind, protocol)


class Stream:
    """Sends and receives."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self._mark = os.urandom(MARK)
        self._to, self._port, self._fresh = asked["to"], asked["port"], asked["fresh"]
        family = socket.AF_INET6 if ":" in self._to else socket.AF_INET
        self._out = within(asked["from"], family, socket.SOCK_RAW, socket.IPPROTO_UDP)
        if family == socket.AF_INET6:
            self._out.setsockopt(socket.IPPROTO_IPV6, IPV6_CHECKSUM, 6)
        self._wire = bool(asked["interface"])
        if self._wire:
            self._in = within(asked["into"], socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
            self._in.bind((asked["interface"], ETH_P_ALL))
        else:
            self._in = within(asked["into"], family, socket.SOCK_DGRAM, 0)
            self._in.bind(("", self._port))
        self._in.setblocking(False)
        self._every = 1 / asked["rate"]
        self._begun = time.monotonic()
        self.sent = 0
        self.unsent: list[int] = []
        self.arrived: list[tuple[int, float]] = []

    def send(self) -> None:
        """Sends one datagram; a kernel that has no way, or no address to send from, refuses."""
        port = FIRST_PORT + (self.sent % PORTS if self._fresh else 0)
        said = self._mark + struct.pack("!I", self.sent)
        try:
            self._out.sendto(struct.pack("!HHHH", port, self._port, 8 + len(said), 0) + said, (self._to, 0))
        except OSError:
            self.unsent.append(self.sent)
        self.sent += 1

    def receive(self) -> None:
        """Notes what has arrived."""
        try:
            while True:
                frame, address = self._in.recvfrom(2048)
                at = frame.find(self._mark)
                if at >= 0 and not (self._wire and address[2] == PACKET_OUTGOING):
                    number = struct.unpack_from("!I", frame, at + MARK)[0]
                    self.arrived.append((number, round(time.monotonic() - self._begun, 6)))
        except BlockingIOError:
            return

    def run(self) -> None:
        """Sends and receives until standard input closes, and receives a while longer."""
        due, ends = self._begun, float("inf")
        watched: list[Any] = [self._in, sys.stdin]
        while (now := time.monotonic()) < ends:
            ready, _, _ = select.select(watched, (), (), max(0.0, min(due, ends) - now))
            if self._in in ready:
                self.receive()
            if sys.stdin in ready:
                watched, due, ends = [self._in], float("inf"), time.monotonic() + LATE
            while time.monotonic() >= due:
                self.send()
                due += self._every


def main() -> None:
    """Runs a stream and prints what became of it."""
    stream = Stream(json.loads(sys.argv[1]))
    print("ready", flush=True)
    stream.run()
    print(json.dumps({"sent": stream.sent, "arrived": stream.arrived, "unsent": stream.unsent}))


if __name__ == "__main__":
    main()
