"""The values in matches, and in the elements of sets and maps."""

from collections.abc import Callable
from operator import attrgetter

from taploom.base.address import Mac, Prefix
from taploom.base.frozen import dataclass


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
    """A constant of nft: a protocol, an EtherType, a state, a kind of address."""

    text: str


Value = Prefix | Range | Iface | IfacePattern | Word | Mac
"""One value; an address is a prefix of full length."""

_ORDER: dict[type[Value], Callable[[Value], object]] = {
    Prefix: attrgetter("value", "length"),
    Range: attrgetter("first", "last"),
    Iface: attrgetter("name"),
    IfacePattern: attrgetter("head"),
    Word: attrgetter("text"),
    Mac: attrgetter("value"),
}


def order(key: tuple[Value, ...]) -> tuple[object, ...]:
    """The sort key of a set's element, equal for equal keys; made of numbers and strings, which compare fastest."""
    return tuple([_ORDER[value.__class__](value) for value in key])
