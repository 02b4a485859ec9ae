"""Numbers of protocols and of ICMP and ICMPv6 types, which listings give by name.

nft takes the names of protocols from the host's /etc/protocols, if there is one, and the names of message types from
its own tables (`icmp_type_tbl` and `icmp6_type_tbl` of nftables), which have more names than the specs allow.
"""

from taploom.base.protocol import NUMBERS
from taploom.drift.json_types import UnreadError, number, short
from taploom.plan.services import ICMP_TYPES

_NUMBERS = NUMBERS | {
    "hopopt": 0, "ip": 0, "ggp": 3, "ipencap": 4, "st": 5, "egp": 8, "igp": 9, "pup": 12, "hmp": 20, "xns-idp": 22,
    "rdp": 27, "iso-tp4": 29, "xtp": 36, "ddp": 37, "idpr-cmtp": 38, "ipv6": 41, "ipv6-route": 43, "ipv6-frag": 44,
    "idrp": 45, "rsvp": 46, "skip": 57, "ipv6-icmp": 58, "ipv6-nonxt": 59, "ipv6-opts": 60, "rspf": 73, "vmtp": 81,
    "eigrp": 88, "ospfigp": 89, "ax.25": 93, "ipip": 94, "etherip": 97, "encap": 98, "ipcomp": 108, "isis": 124,
    "fc": 133, "mobility-header": 135, "mpls-in-ip": 137, "manet": 138, "hip": 139, "shim6": 140, "wesp": 141,
    "rohc": 142, "ethernet": 143,
}  # fmt: skip
"""Protocols of the specs and of Debian's /etc/protocols (netbase 6.4); `ipip` is 94 there and 4 in a spec."""
_NAMES = {value: name for name, value in NUMBERS.items()}
_LAST = 255


def protocol_number(value: object) -> int:
    """The number of a protocol that is given by name or number.

    Raises:
        UnreadError: the name is unknown, or the number is too large.
    """
    if isinstance(value, str):
        found = _NUMBERS.get(value.lower())
        if found is None:
            raise UnreadError(short(value))
        return found
    return number(value, _LAST)


def protocol_name(value: int) -> str:
    """The name that taploom's printer writes for a protocol; the number if the protocol has no name."""
    return _NAMES.get(value, str(value))


_TYPES = {
    "icmp": ICMP_TYPES["icmp"] | {
        "source-quench": 4, "info-request": 15, "info-reply": 16, "address-mask-request": 17, "address-mask-reply": 18,
    },
    "icmpv6": ICMP_TYPES["icmpv6"] | {
        "mld-listener-reduction": 132, "router-renumbering": 138,
        "ind-neighbor-solicit": 141, "ind-neighbor-advert": 142,
    },
}  # fmt: skip


def icmp_type(value: object, protocol: str) -> int:
    """The number of a message type that is given by name or number.

    Args:
        value: the name or number.
        protocol: `icmp` or `icmpv6`.

    Raises:
        UnreadError: the name is unknown, or the number is too large.
    """
    if isinstance(value, str):
        found = _TYPES[protocol].get(value)
        if found is None:
            raise UnreadError(short(value))
        return found
    return number(value, _LAST)
