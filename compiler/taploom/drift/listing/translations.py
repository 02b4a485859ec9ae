"""Reads the NAT statements of a listing."""

from collections.abc import Iterator

from taploom.backends.nftables.fields import Type, daddr, saddr
from taploom.backends.nftables.tree import (
    Direction,
    Masquerade,
    Statement,
    Translate,
    TranslateBy,
    TranslatePrefix,
)
from taploom.base.address import Family, Prefix
from taploom.drift.json_types import Tagged, UnreadError, mapping, number, sequence, short
from taploom.drift.listing.anonymous import Anonymous
from taploom.drift.listing.fields import key
from taploom.drift.listing.values import values

_FAMILIES = {"ip": Family.IPV4, "ip6": Family.IPV6}
_LAST_PORT = 65535


def translation(one: Tagged, family: str, anonymous: Anonymous) -> Iterator[Statement]:
    """A `snat`, `dnat` or `masquerade` statement, after the conditions that the names of its fields imply.

    Args:
        one: the statement in the listing.
        family: nft family of its table; statements in tables of `ip` and `ip6` do not repeat it.
        anonymous: collector of the table's anonymous maps.

    Raises:
        UnreadError: the tree cannot express the translation.
    """
    if one.tag == "masquerade":
        if isinstance(one.body, dict) and "port" in one.body:
            raise UnreadError(short(one.body))
        yield Masquerade()
        return
    body = mapping(one.body)
    of = _FAMILIES.get(str(body.get("family", family)))
    address = body.get("addr")
    if of is None or address is None:
        raise UnreadError(short(one.body))
    direction = Direction(one.tag)
    if isinstance(address, dict) and "map" in address:
        yield from _mapped(body, mapping(address["map"]), direction, of, anonymous)
        return
    port = None if body.get("port") is None else number(body.get("port"), _LAST_PORT)
    yield Translate(direction, _single(address, of), port)


def _mapped(
    body: object, table: object, direction: Direction, family: Family, anonymous: Anonymous
) -> Iterator[Statement]:
    known, inner = mapping(body), mapping(table)
    fields, data = key(inner.get("key")), inner.get("data")
    yield from fields.implied
    if known.get("type_flags") == "prefix":
        yield _prefix(sequence(mapping(data).get("set")), direction, family, fields.fields)
        return
    if direction is not Direction.DESTINATION or known.get("port") is not None:
        raise UnreadError(short(body))
    if isinstance(data, str) and data.startswith("@"):
        yield TranslateBy(family, fields.fields, data[1:])
        return
    types = (Type.IPV4 if family is Family.IPV4 else Type.IPV6,)
    yield TranslateBy(family, fields.fields, anonymous.data(fields.fields, sequence(mapping(data).get("set")), types))


def _prefix(listed: object, direction: Direction, family: Family, fields: object) -> TranslatePrefix:
    pairs = sequence(listed)
    end = saddr(family) if direction is Direction.SOURCE else daddr(family)
    ends = sequence(pairs[0]) if len(pairs) == 1 else ()
    if fields != (end,) or len(ends) != 2:
        raise UnreadError(short(listed))
    before, after = (_single(one, family) for one in ends)
    if before.length != after.length:
        raise UnreadError(short(listed))
    return TranslatePrefix(direction, before, after)


def _single(value: object, family: Family) -> Prefix:
    found = values(value, Type.IPV4 if family is Family.IPV4 else Type.IPV6)
    if len(found) != 1 or not isinstance(found[0], Prefix):
        raise UnreadError(short(value))
    return found[0]
