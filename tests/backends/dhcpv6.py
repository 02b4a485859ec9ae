"""DHCPv6 server that gives every client an address and a resolver by rapid commit (RFC 8415, 18.3.1; RFC 3646).

It runs as a program in the namespace of the outside world: `dhcpv6.py INTERFACE RESOLVER`. It waits for two clients and
then answers both in the order of arrival. So when the second client has its reply, the first client has one too.
"""

import socket
import struct
import sys

SOLICIT, REPLY = 1, 7
CLIENT, SERVER, IA_NA, ADDRESS, RAPID_COMMIT, RESOLVERS = 1, 2, 3, 5, 14, 23
SERVERS = "ff02::1:2"
LIFETIME = 3600


def options(data: bytes) -> dict[int, bytes]:
    """Parses the options of a message, by code."""
    found = {}
    while data:
        code, length = struct.unpack("!HH", data[:4])
        found[code], data = data[4 : 4 + length], data[4 + length :]
    return found


def option(code: int, value: bytes) -> bytes:
    """Encodes an option."""
    return struct.pack("!HH", code, len(value)) + value


def answer(request: bytes, resolver: str) -> bytes:
    """Encodes the reply to a Solicit; the assigned address ends in the client's IAID."""
    asked = options(request[4:])
    identity = asked[IA_NA][:4]
    address = socket.inet_pton(socket.AF_INET6, "2001:db8:1:0:d::")[:12] + identity
    leased = option(ADDRESS, address + struct.pack("!II", LIFETIME, LIFETIME))
    content = (
        option(CLIENT, asked[CLIENT]),
        option(SERVER, b"\x00\x03\x00\x01\x02\x00\x5e\x00\x53\x01"),
        option(RAPID_COMMIT, b""),
        option(IA_NA, identity + struct.pack("!II", LIFETIME // 2, LIFETIME) + leased),
        option(RESOLVERS, socket.inet_pton(socket.AF_INET6, resolver)),
    )
    return bytes((REPLY,)) + request[1:4] + b"".join(content)


def serve(interface: str, resolver: str) -> None:
    """Serves requests on an interface, without end."""
    here = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    here.bind(("::", 547))
    group = socket.inet_pton(socket.AF_INET6, SERVERS) + struct.pack("@I", socket.if_nametoindex(interface))
    here.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
    asked = {}
    while True:
        request, sender = here.recvfrom(1500)
        if request[0] == SOLICIT:
            asked[sender] = request
        if len(asked) > 1:
            for to, last in asked.items():
                here.sendto(answer(last, resolver), to)


if __name__ == "__main__":
    serve(*sys.argv[1:])
