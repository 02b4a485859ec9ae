"""Builds Ethernet frames that an ordinary sender would not send: with forged sources, VLAN tags, forged ARP or RA.

Each function builds one layer and returns bytes, so that a test can compose frames.
"""

from __future__ import annotations

import struct
from ipaddress import ip_address

IPV4, ARP, VLAN, IPV6 = 0x0800, 0x0806, 0x8100, 0x86DD
"""EtherTypes."""
TCP, UDP, ICMPV6 = 6, 17, 58
BROADCAST = "ff:ff:ff:ff:ff:ff"
ARP_REQUEST, ARP_REPLY = 1, 2


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ethernet(to: str, sender: str, ethertype: int, payload: bytes) -> bytes:
    """An Ethernet frame; MAC addresses have the form `02:00:00:00:00:0a`."""
    return _mac(to) + _mac(sender) + struct.pack("!H", ethertype) + payload


def vlan(tag: int, frame: bytes) -> bytes:
    """The frame with an 802.1Q tag."""
    return frame[:12] + struct.pack("!HH", VLAN, tag) + frame[12:]


def udp(sender: str, sender_port: int, to: str, to_port: int, payload: bytes = b"taploom") -> bytes:
    """An IP packet of either family that holds a UDP datagram."""
    head = struct.pack("!HHHH", sender_port, to_port, 8 + len(payload), 0)
    total = checksum(_pseudo(sender, to, UDP, len(head) + len(payload)) + head + payload) or 0xFFFF
    return ip(sender, to, UDP, head[:6] + struct.pack("!H", total) + payload)


def opening(sender: str, sender_port: int, to: str, to_port: int, sequence: int) -> bytes:
    """An IP packet of either family that opens a TCP connection (RFC 9293, 3.1)."""
    head = struct.pack("!HHIIBBHHH", sender_port, to_port, sequence, 0, 0x50, 0x02, 64240, 0, 0)
    total = checksum(_pseudo(sender, to, TCP, len(head)) + head)
    return ip(sender, to, TCP, head[:16] + struct.pack("!H", total) + head[18:])


def icmpv6(sender: str, to: str, kind: int, body: bytes, hop_limit: int = 255) -> bytes:
    """An IPv6 packet with an ICMPv6 message; `body` is the part of the message after the checksum."""
    message = struct.pack("!BBH", kind, 0, 0) + body
    total = checksum(_pseudo(sender, to, ICMPV6, len(message)) + message)
    return ip(sender, to, ICMPV6, struct.pack("!BBH", kind, 0, total) + body, hop_limit)


def ip(sender: str, to: str, proto: int, payload: bytes, hop_limit: int = 64) -> bytes:
    """An IP packet; the addresses determine the family."""
    source, target = ip_address(sender), ip_address(to)
    if source.version == 6:
        head = struct.pack("!IHBB", 6 << 28, len(payload), proto, hop_limit)
        return head + source.packed + target.packed + payload
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, hop_limit, proto, 0)
    head += source.packed + target.packed
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def arp(operation: int, sender_mac: str, sender: str, target_mac: str, target: str) -> bytes:
    """The payload of an ARP frame for IPv4 (RFC 826)."""
    head = struct.pack("!HHBBH", 1, IPV4, 6, 4, operation)
    return head + _mac(sender_mac) + ip_address(sender).packed + _mac(target_mac) + ip_address(target).packed


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def _pseudo(sender: str, to: str, proto: int, length: int) -> bytes:
    source, target = ip_address(sender), ip_address(to)
    tail = struct.pack("!II", length, proto) if source.version == 6 else struct.pack("!BBH", 0, proto, length)
    return source.packed + target.packed + tail
