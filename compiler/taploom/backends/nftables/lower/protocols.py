"""Protocols as every version of nft reads them on every machine."""

from taploom.backends.nftables.values import Word
from taploom.base.protocol import NUMBERS

_WORDS = frozenset({"tcp", "udp", "udplite", "sctp", "dccp", "esp", "ah", "igmp", "icmp", "icmpv6"})


def protocol(name: str) -> Word:
    """A word of the grammar of nft 1.0.6, or a number: it looks other names up in a file that a sandbox may lack."""
    return Word(name if name in _WORDS else str(NUMBERS[name]))
