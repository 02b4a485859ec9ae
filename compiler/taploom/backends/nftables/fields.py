"""The parts of a packet that a rule can match, and the types of the columns of sets.

Fields are members of an enumeration, not text, so that the evaluator of flows can give every field its meaning.
The values are nft's own spelling of the expression (nft(8), PRIMARY EXPRESSIONS).
"""

import enum

from taploom.base.address import Family


class Field(enum.Enum):
    """An expression over a packet, its interfaces, its connection or the routes.

    A match on a field of `ip`, `arp`, `icmp`, `ip6` or `icmpv6` holds only for packets that have the field. A negated
    match on such a field therefore never holds for a packet of another family.
    """

    __hash__ = (
        object.__hash__
    )  # members compare by identity, and `Enum.__hash__` is slower, as it hashes the member's name

    IIFNAME = "iifname"
    OIFNAME = "oifname"
    NFPROTO = "meta nfproto"
    L4PROTO = "meta l4proto"
    ETHER_TYPE = "ether type"
    ETHER_SADDR = "ether saddr"
    ARP_ETHER = "arp saddr ether"
    ARP_IP = "arp saddr ip"
    IP_SADDR = "ip saddr"
    IP_DADDR = "ip daddr"
    IP6_SADDR = "ip6 saddr"
    IP6_DADDR = "ip6 daddr"
    HOP_LIMIT = "ip6 hoplimit"
    SPORT = "th sport"
    DPORT = "th dport"
    ICMP_TYPE = "icmp type"
    ICMPV6_TYPE = "icmpv6 type"
    ND_TARGET = "@th,64,128"
    """Target of a neighbour solicitation or advertisement (RFC 4861, 4.3 and 4.4); nft 1.0.6 has no keyword for it."""
    CT_STATE = "ct state"
    CT_STATUS = "ct status"
    CT_ORIGINAL_IP6_DADDR = "ct original ip6 daddr"
    """The destination that the first packet of the connection had before any translation."""
    FIB_STRICT = "fib saddr . iif oif"
    """The interface of the route back to the source, if the packet came in by this interface; else `missing`."""
    FIB_LOOSE = "fib saddr oif"
    """The interface of the route back to the source; `missing` where there is no route."""
    FIB_TYPE = "fib daddr type"
    """The kind of the destination: `local` for any address of the host."""
    FIB_TYPE_HERE = "fib daddr . iif type"
    """The kind of the destination: `local` for addresses of the interface that the packet came in by."""


class Type(enum.Enum):
    """The type of one column of a set or map.

    The value is nft's name of the type, or, where nft has no name for it, the expression that `typeof` takes.
    """

    IFACE = "ifname"
    IPV4 = "ipv4_addr"
    IPV6 = "ipv6_addr"
    MAC = "ether_addr"
    PROTOCOL = "inet_proto"
    FAMILY = "nf_proto"
    PORT = "inet_service"
    ICMP = "icmp_type"
    ICMPV6 = "icmpv6_type"
    ND_TARGET = "@th,64,128"


def saddr(family: Family) -> Field:
    """The source address."""
    return Field.IP_SADDR if family is Family.IPV4 else Field.IP6_SADDR


def daddr(family: Family) -> Field:
    """The destination address."""
    return Field.IP_DADDR if family is Family.IPV4 else Field.IP6_DADDR


def icmp(family: Family) -> Field:
    """The type of an ICMP message of the family."""
    return Field.ICMP_TYPE if family is Family.IPV4 else Field.ICMPV6_TYPE


def address_type(family: Family) -> Type:
    """The type of a column that holds addresses of the family."""
    return Type.IPV4 if family is Family.IPV4 else Type.IPV6


def icmp_type(family: Family) -> Type:
    """The type of a column that holds ICMP types of the family."""
    return Type.ICMP if family is Family.IPV4 else Type.ICMPV6
