"""Names and numbers of protocols that every version of nft reads, on every machine."""

from taploom.backends.nftables.values import Word
from taploom.base.protocol import NUMBERS

_WORDS = frozenset({"tcp", "udp", "udplite", "sctp", "dccp", "esp", "ah", "igmp", "icmp", "icmpv6"})


def protocol(name: str) -> Word:
    """A name that nft 1.0.6 has in its grammar, else a number: nft reads other names from a file that may be absent."""
    return Word(name if name in _WORDS else str(NUMBERS[name]))
