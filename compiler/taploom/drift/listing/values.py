"""Reads values of a listing as values of the tree; a range of addresses becomes a list of prefixes."""

from collections.abc import Callable, Iterator
from itertools import product
from math import prod

from taploom.backends.nftables.fields import Field, Type
from taploom.backends.nftables.tree import VerdictKind, VerdictStatement
from taploom.backends.nftables.values import Iface, IfacePattern, Range, Value, Word
from taploom.base.address import AddressError, Family, Prefix, parse_address, parse_mac, prefix_of, prefixes_of
from taploom.drift.json_types import UnreadError, mapping, number, sequence, short, tagged, text
from taploom.drift.listing.names import icmp_type, protocol_name, protocol_number

_OF_FIELD = {
    Field.IIFNAME: Type.IFACE,
    Field.OIFNAME: Type.IFACE,
    Field.NFPROTO: Type.FAMILY,
    Field.L4PROTO: Type.PROTOCOL,
    Field.ETHER_SADDR: Type.MAC,
    Field.ARP_ETHER: Type.MAC,
    Field.ARP_IP: Type.IPV4,
    Field.IP_SADDR: Type.IPV4,
    Field.IP_DADDR: Type.IPV4,
    Field.IP6_SADDR: Type.IPV6,
    Field.IP6_DADDR: Type.IPV6,
    Field.CT_ORIGINAL_IP6_DADDR: Type.IPV6,
    Field.SPORT: Type.PORT,
    Field.DPORT: Type.PORT,
    Field.HOP_LIMIT: Type.PORT,
    Field.ICMP_TYPE: Type.ICMP,
    Field.ICMPV6_TYPE: Type.ICMPV6,
    Field.ND_TARGET: Type.ND_TARGET,
}
_FAMILIES = {Type.IPV4: Family.IPV4, Type.IPV6: Family.IPV6, Type.ND_TARGET: Family.IPV6}
_ICMP = {Type.ICMP: "icmp", Type.ICMPV6: "icmpv6"}
_LAST_PORT = 65535
_ENDS = 2
_MOST_KEYS = 4096
"""Maximum number of keys for one element of a listing; a forged element could expand to billions of keys."""


def type_of(field: Field) -> Type | None:
    """The type of a field's values; None if the values are keywords of nft (`ct state`, `fib`, `ether type`)."""
    return _OF_FIELD.get(field)


def values(value: object, of: Type | None) -> tuple[Value, ...]:
    """The value of a column; several values for a range that the tree cannot express as one value.

    Raises:
        UnreadError: the tree cannot express the value.
    """
    try:
        return tuple(_values(value, of))
    except AddressError as error:
        raise UnreadError(str(error)) from None


def keys(value: object, of: tuple[Type | None, ...]) -> Iterator[tuple[Value, ...]]:
    """The key of one element, column by column; several keys if a column has several values.

    Raises:
        UnreadError: the tree cannot express a column, or the numbers of columns and types differ.
    """
    parts = [value]
    if isinstance(value, dict) and "concat" in value:
        parts = list(sequence(value["concat"]))
    if len(parts) != len(of):
        raise UnreadError(short(value))
    columns = [values(part, column) for part, column in zip(parts, of, strict=True)]
    if prod(map(len, columns)) > _MOST_KEYS:
        raise UnreadError(short(value))
    return product(*columns)


def verdict(value: object) -> VerdictStatement | None:
    """The verdict that a value expresses; None if it expresses no verdict."""
    if not isinstance(value, dict) or len(value) != 1:
        return None
    one = tagged(value)
    if one.tag in ("accept", "drop", "return"):
        return VerdictStatement(VerdictKind(one.tag))
    if one.tag in ("goto", "jump"):
        return VerdictStatement(VerdictKind(one.tag), text(mapping(one.body).get("target")))
    return None


def _values(value: object, of: Type | None) -> Iterator[Value]:
    match of:
        case None:
            yield Word("missing" if value is False else text(value))
        case Type.IFACE:
            name = text(value)
            yield IfacePattern(name[:-1]) if name.endswith("*") else Iface(name)
        case Type.FAMILY:
            yield Word(text(value))
        case Type.MAC:
            yield parse_mac(text(value))
        case Type.PROTOCOL:
            first, last = _ends(value, protocol_number)
            yield from (Word(protocol_name(one)) for one in range(first, last + 1))
        case Type.PORT | Type.ICMP | Type.ICMPV6:
            yield Range(*_ends(value, lambda part: _number(part, of)))
        case Type.IPV4 | Type.IPV6 | Type.ND_TARGET:
            yield from _addresses(value, of)


def _ends(value: object, read: Callable[[object], int]) -> tuple[int, int]:
    if isinstance(value, dict):
        ends = sequence(mapping(value).get("range"))
        if len(ends) == _ENDS and (first := read(ends[0])) <= (last := read(ends[1])):
            return first, last
        raise UnreadError(short(value))
    return (read(value),) * 2


def _number(value: object, of: Type) -> int:
    return icmp_type(value, _ICMP[of]) if of in _ICMP else number(value, _LAST_PORT)


def _addresses(value: object, of: Type) -> Iterator[Prefix]:
    family = _FAMILIES[of]
    if isinstance(value, dict) and "prefix" in value:
        body = mapping(value["prefix"])
        length = number(body.get("len"), family.bits)
        yield prefix_of(_address(body.get("addr"), family, of).first, length)
        return
    if isinstance(value, dict):
        first, last = _ends(value, lambda part: _address(part, family, of).value)
        yield from prefixes_of(first, last, family)
        return
    yield _address(value, family, of)


def _address(value: object, family: Family, of: Type) -> Prefix:
    if of is Type.ND_TARGET:
        return Prefix(family, _raw(value, family), family.bits)
    address = parse_address(text(value))
    if address.family is not family:
        raise UnreadError(short(value))
    return address.prefix


def _raw(value: object, family: Family) -> int:
    """The number of a raw payload, which nft lists in hexadecimal if it is large, and else in decimal."""
    if isinstance(value, str) and value.startswith("0x"):
        try:
            return number(int(value, 16), (1 << family.bits) - 1)
        except ValueError:
            raise UnreadError(short(value)) from None
    return number(value, (1 << family.bits) - 1)
