"""Prints sets of packets: addresses as prefixes and ranges, protocols and ports by name and number."""

from collections.abc import Iterator

from taploom.base.address import Address, Family
from taploom.flows.algebra.spans import Interval, Spans
from taploom.flows.packets.packet import ICMP, NAMES

_WHOLE_PORTS, _WHOLE_PROTOCOLS, _WHOLE_TYPES = ((0, 65535),), ((0, 255),), ((0, 255),)
_MANY = 128


def addresses(family: Family, spans: Spans | None) -> Iterator[str]:
    """Each interval of addresses as an address, a prefix, or a range."""
    return (_range(family, span) for span in spans or ())


def _range(family: Family, span: Interval) -> str:
    first, last = span
    size = last - first + 1
    if size == 1:
        return str(Address(family, first))
    if size & (size - 1) == 0 and first % size == 0:
        return f"{Address(family, first)}/{family.bits - size.bit_length() + 1}"
    return f"{Address(family, first)}-{Address(family, last)}"


def protocols(spans: Spans | None) -> str:
    """Protocols as text, by name; `any` for all."""
    known = spans or _WHOLE_PROTOCOLS
    if known == _WHOLE_PROTOCOLS:
        return "any"
    numbers = [n for first, last in known for n in range(first, last + 1)]
    if len(numbers) > _MANY:
        rest = sorted(set(range(256)) - set(numbers))
        return "any but " + ", ".join(NAMES.get(n, str(n)) for n in rest)
    return ", ".join(NAMES.get(n, str(n)) for n in numbers)


def ports(family: Family, protocol: Spans | None, spans: Spans | None) -> str | None:
    """Ports or ICMP types as text; None for all."""
    known = spans or _WHOLE_PORTS
    if protocol == ((ICMP[family],) * 2,):
        known = tuple((first, min(last, 255)) for first, last in known if first <= 255)
        if known == _WHOLE_TYPES:
            return None
    if known == _WHOLE_PORTS:
        return None
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in known)
