"""Sends probes inside a machine, and waits for answers to TCP, UDP and ICMP echo; other protocols have no answers.

Outcomes are `open` (an answer), `refused` (a reset or port unreachable), `unreachable` (another ICMP error, or no
route), `denied` (the kernel of this machine refused to send), and `timeout` (no answer).
"""

from __future__ import annotations

import errno
import json
import socket
import time
from typing import Any

from taploom.base.protocol import NUMBERS
from taploom.lab.datagrams import ECHO4, ECHO6, ICMP4, ICMP6, first_packet, request, words

Result = dict[str, Any]

_OUTCOMES = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "refused",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.EACCES: "unreachable",
    errno.EPERM: "denied",
}
ECHO4_REPLY, UNREACHABLE4 = 0, 3
"""ICMP types (RFC 792)."""
ECHO6_REPLY, UNREACHABLE6 = 129, 1
"""ICMPv6 types (RFC 4443)."""
_HEADER = 8
_APART = 0.25
"""Seconds between two packets of a probe without answers."""


def send(proto: str, to: str, port: int, source: str | None, timeout: float, tries: int) -> Result:
    """Sends a probe up to `tries` times, until the peer answers or refuses, and returns the outcome.

    Args:
        proto: `tcp`, `udp`, `icmp`, or the name of another protocol, for which no answer is expected.
        to: Numeric address; a link-local address needs its interface, as in `fe80::1%eth0`.
        port: Destination port; for ICMP the type, or 0 for an echo request.
        source: Source address, or None for the kernel's choice.
        timeout: Seconds for each try.
        tries: At least 1.
    """
    known = {"tcp": _tcp, "udp": _udp, **({"icmp": _ping} if not port else {})}
    if proto not in known:
        return _unanswered(proto, to, port, source, tries)
    ask = known[proto]
    result: Result = {"outcome": "timeout"}
    for attempt in range(tries):
        if attempt and result["outcome"] != "timeout":
            time.sleep(timeout)  # an error comes at once; its cause may end before the next try
        try:
            result = ask(to, port, source, timeout)
        except TimeoutError:
            result = {"outcome": "timeout"}
        except OSError as error:
            result = {"outcome": _OUTCOMES.get(error.errno or 0, "unreachable"), "error": str(error)}
            if error.errno not in _OUTCOMES:
                raise
        if result["outcome"] in ("open", "refused"):
            break
    return result


def connected(kind: int, to: str, port: int, source: str | None, timeout: float) -> socket.socket:
    """A socket that is connected to an address and port; raises OSError if the connection fails."""
    sock = socket.socket(family_of(to), kind)
    try:
        sock.settimeout(timeout)
        if source is not None:
            sock.bind(sockaddr(source, 0))
        sock.connect(sockaddr(to, port))
    except OSError:
        sock.close()
        raise
    return sock


def family_of(address: str) -> socket.AddressFamily:
    """The family of a numeric address."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def sockaddr(address: str, port: int) -> tuple[Any, ...]:
    """The socket address of a numeric address."""
    if ":" not in address:
        return (address, port)
    plain, _, ifname = address.partition("%")
    return (plain, port, 0, socket.if_nametoindex(ifname) if ifname else 0)


def _tcp(to: str, port: int, source: str | None, timeout: float) -> Result:
    with connected(socket.SOCK_STREAM, to, port, source, timeout) as sock:
        try:
            said = sock.recv(4096)
        except OSError:
            said = b""  # connected, but not to a listener of the lab
    return _answered(said)


def _udp(to: str, port: int, source: str | None, timeout: float) -> Result:
    with connected(socket.SOCK_DGRAM, to, port, source, timeout) as sock:
        sock.send(b"taploom")
        return _answered(sock.recv(4096))


def _answered(said: bytes) -> Result:
    return {"outcome": "open", **(json.loads(said) if said.startswith(b"{") else {})}


def _ping(to: str, _port: int, source: str | None, timeout: float) -> Result:
    """Sends an echo request with unique words, as every raw socket receives the replies to all pings of its machine.

    The identifier of the ping is not enough: of a few hundred pings, two sometimes have the same identifier.
    """
    v6 = ":" in to
    proto = ICMP6 if v6 else ICMP4
    said = words()
    echo = request(proto, ECHO6 if v6 else ECHO4, said)
    with socket.socket(family_of(to), socket.SOCK_RAW, proto) as sock:
        if source is not None:
            sock.bind(sockaddr(source, 0))
        sock.sendto(echo, sockaddr(to, 0))
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            sock.settimeout(left)
            packet, peer = sock.recvfrom(4096)
            outcome = _echo_outcome(packet if v6 else packet[(packet[0] & 0x0F) * 4 :], said, v6)
            if outcome:
                return {"outcome": outcome, "answered_by": peer[0].partition("%")[0], "words": said.hex()}
    raise TimeoutError


def _unanswered(proto: str, to: str, port: int, source: str | None, tries: int) -> Result:
    """Sends a packet without answers `tries` times; the other machine records whether it arrives."""
    v6, said = ":" in to, words()
    number = (ICMP6 if v6 else ICMP4) if proto == "icmp" else NUMBERS[proto]
    packet = first_packet(number, port, said)
    with socket.socket(family_of(to), socket.SOCK_RAW, number) as sock:
        if source is not None:
            sock.bind(sockaddr(source, 0))
        for _ in range(tries):
            sock.sendto(packet, sockaddr(to, 0))
            time.sleep(_APART)
    return {"outcome": "timeout", "words": said.hex()}


def _echo_outcome(message: bytes, said: bytes, v6: bool) -> str | None:
    """The outcome that an ICMP message shows for the echo with the given words; None if it is about another packet."""
    kind = message[0]
    if kind == (ECHO6_REPLY if v6 else ECHO4_REPLY) and message[_HEADER:] == said:
        return "open"
    quoted = message[_HEADER + (40 if v6 else 20) :]  # an error quotes the IP header and the echo
    if kind == (UNREACHABLE6 if v6 else UNREACHABLE4) and quoted[_HEADER:] == said:
        return "unreachable"
    return None
