"""IP protocols that specs may name: their numbers, and which protocols have ports.

The numbers do not come from /etc/protocols, so that a name means the same on every host.
"""

PORT_PROTOCOLS = ("tcp", "udp", "sctp", "dccp", "udplite")
"""Protocols whose header begins with source and destination port."""

NUMBERS = {
    "ah": 51, "dccp": 33, "esp": 50, "gre": 47, "icmp": 1, "icmpv6": 58, "igmp": 2, "ipip": 4, "l2tp": 115,
    "ospf": 89, "pim": 103, "sctp": 132, "tcp": 6, "udp": 17, "udplite": 136, "vrrp": 112,
}  # fmt: skip
"""Protocol numbers of the IANA registry by the names that specs use."""
