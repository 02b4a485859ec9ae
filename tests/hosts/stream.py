"""Program that sends a stream of UDP datagrams from one namespace to another and receives them, with a single clock.

Each datagram carries a number. If `fresh` is true, consecutive datagrams have different source ports, so each starts a
new connection for the ruleset to judge; otherwise all belong to one connection. With an `interface`, the program
captures datagrams on the receiver's interface, before the receiver's filters; without it, the program reads a socket
behind the filters. The stream ends when standard input closes; the program then prints one line of JSON, in which each
arrival has the datagram's number and the seconds since the start of the stream:

    {"sent": 4000, "arrived": [[17, 0.0085]], "unsent": []}

The program's argument is a JSON object with the keys `from` and `into` (paths of network namespaces), `interface` (of
the receiver), `to` (address), `port`, `fresh` and `rate` (datagrams per second).
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
"""Length in octets of the random mark by which a receiver recognises this stream."""
FIRST_PORT, PORTS = 20_000, 40_000
LATE = 0.3
"""Seconds to go on receiving after the last datagram was sent."""
IPV6_CHECKSUM = 7
"""Option IPV6_CHECKSUM of a raw IPv6 socket (ipv6(7)): the offset at which the kernel writes the checksum."""


def within(namespace: str, family: int, kind: int, protocol: int) -> socket.socket:
    """Opens a socket in another network namespace, given by its path."""
    enter(namespace)
    return socket.socket(family, kind, protocol)


class Stream:
    """Sender and receiver of one stream, with counts of sent, unsent and arrived datagrams."""

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
        """Sends one datagram; counts it as unsent if the kernel has no route or no source address for it."""
        port = FIRST_PORT + (self.sent % PORTS if self._fresh else 0)
        payload = self._mark + struct.pack("!I", self.sent)
        try:
            self._out.sendto(struct.pack("!HHHH", port, self._port, 8 + len(payload), 0) + payload, (self._to, 0))
        except OSError:
            self.unsent.append(self.sent)
        self.sent += 1

    def receive(self) -> None:
        """Reads all datagrams that have arrived, and records the number and arrival time of each."""
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
        """Sends and receives until standard input closes, then receives for `LATE` more seconds."""
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
    """Runs a stream and prints its result as JSON."""
    stream = Stream(json.loads(sys.argv[1]))
    print("ready", flush=True)
    stream.run()
    print(json.dumps({"sent": stream.sent, "arrived": stream.arrived, "unsent": stream.unsent}))


if __name__ == "__main__":
    main()
