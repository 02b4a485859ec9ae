"""Names and numbers of protocols that every version of nft reads, on every machine."""

from taploom.backends.nftables.values import Word
from taploom.base.protocol import NUMBERS

_WORDS = frozenset({"tcp", "udp", "udplite", "sctp", "dccp", "esp", "ah", "igmp", "icmp", "icmpv6"})


def protocol(name: str) -> Word:
    """The name if nft 1.0.6 has it in its grammar, else the number: nft looks other names up in a file, if present."""
    return Word(name if name in _WORDS else str(NUMBERS[name]))
