"""Values that fields are compared with, and that sets hold."""

from dataclasses import dataclass

from netloom.base.address import Mac, Prefix


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """Whole numbers from `first` to `last`, both included: ports, ICMP types, hop limits, seconds since the epoch."""

    first: int
    last: int


@dataclass(frozen=True, slots=True, order=True)
class Iface:
    """The name of an interface."""

    name: str


@dataclass(frozen=True, slots=True, order=True)
class IfacePattern:
    """All interfaces whose name begins with `head`."""

    head: str


@dataclass(frozen=True, slots=True, order=True)
class Word:
    """A constant of nft's own: a protocol, an EtherType, a state, a kind of address."""

    text: str


Value = Prefix | Range | Iface | IfacePattern | Word | Mac
"""One value; an address is a prefix of full length."""
