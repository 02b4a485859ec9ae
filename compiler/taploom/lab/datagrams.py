"""Builds first packets of protocols that the lab sends by raw sockets, each with words that identify it on arrival.

The kernel's connection tracking must accept each packet as the first packet of a connection: an echo or timestamp
request of ICMP (Linux, nf_conntrack_proto_icmp.c), an INIT chunk of SCTP with its checksum
(nf_conntrack_proto_sctp.c), or any packet of a protocol without connection tracking.
"""

from __future__ import annotations

import os
import struct

from taploom.base.protocol import NUMBERS
from taploom.lab.ethernet import checksum

ICMP4, ICMP6, SCTP, GRE = (NUMBERS[name] for name in ("icmp", "icmpv6", "sctp", "gre"))
ECHO4, ECHO6 = 8, 128
"""Types of echo requests (RFC 792, RFC 4443)."""
REQUESTS = {ICMP4: (ECHO4, 13, 15, 17), ICMP6: (ECHO6,)}
"""ICMP types with which the kernel begins a connection: echo, timestamp, information and address mask requests."""
WORDS = b"taploom"
_OWN, _CLIENT = 16, 40000
_HEADER = 8


def words() -> bytes:
    """Random words that identify one packet."""
    return WORDS + os.urandom(_OWN)


def first_packet(protocol: int, port: int, said: bytes) -> bytes:
    """The payload of an IP packet that opens a connection.

    Args:
        protocol: the number of the protocol.
        port: destination port of SCTP, or type of ICMP; other protocols ignore it.
        said: the words that the packet contains.
    """
    if protocol in REQUESTS:
        return request(protocol, port, said)
    if protocol == SCTP:
        return _sctp(port, said)
    return bytes(4 if protocol == GRE else _HEADER) + said  # GRE without key, checksum or sequence (RFC 2784)


def request(protocol: int, kind: int, said: bytes) -> bytes:
    """An ICMP request with an identifier; for ICMPv6, the kernel adds the checksum."""
    message = bytes((kind, 0, 0, 0)) + os.urandom(2) + struct.pack("!H", 1) + said
    return message if protocol == ICMP6 else message[:2] + struct.pack("!H", checksum(message)) + message[4:]


def _sctp(port: int, said: bytes) -> bytes:
    """An INIT chunk (RFC 9260, 3.3.2), with a parameter that receivers skip if they do not know it."""
    padding = bytes(-len(said) % 4)
    parameter = struct.pack("!HH", 0x8FFF, 4 + len(said)) + said + padding
    fixed = os.urandom(3) + b"\x01" + struct.pack("!IHHI", 65535, 1, 1, 1)
    chunk = struct.pack("!BBH", 1, 0, 4 + len(fixed) + len(parameter)) + fixed + parameter
    head = struct.pack("!HHI", _CLIENT, port, 0)
    return head + struct.pack("<I", crc32c(head + bytes(4) + chunk)) + chunk


def crc32c(data: bytes) -> int:
    """The checksum of SCTP (RFC 9260, appendix A; the polynomial of Castagnoli)."""
    crc = 0xFFFFFFFF
    for octet in data:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
