"""Reads statements of a listing as statements of the tree (libnftables-json(5), STATEMENTS)."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import NamedTuple

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.tree import (
    ClampMss,
    Count,
    Dispatch,
    Learn,
    LimitBy,
    LimitRate,
    Log,
    Lookup,
    Match,
    Statement,
    TcpFlags,
    Until,
    VerdictKind,
    VerdictStatement,
)
from taploom.drift.json_types import Tagged, UnreadError, mapping, number, sequence, short, tagged, text
from taploom.drift.listing.anonymous import Anonymous
from taploom.drift.listing.fields import Key, key
from taploom.drift.listing.translations import translation
from taploom.drift.listing.values import keys, type_of, verdict

_ANY = 1 << 62
_WORDS = frozenset({Field.CT_STATE, Field.CT_STATUS})
_CLAMP = {"key": {"tcp option": {"name": "maxseg", "field": "size"}}, "value": {"rt": {"key": "mtu"}}}


class Place(NamedTuple):
    """The surroundings of a statement.

    Attributes:
        family: nft family of the table.
        anonymous: collector of the table's anonymous sets.
    """

    family: str
    anonymous: Anonymous


def statements(value: object, place: Place) -> tuple[Statement, ...]:
    """One statement, after the conditions that the names of its fields imply.

    Raises:
        UnreadError: the tree cannot express the statement.
    """
    decided = verdict(value)
    if decided is not None:
        return (decided,)
    one = tagged(value)
    read = _READERS.get(one.tag)
    if read is None:
        raise UnreadError(short(value))
    return tuple(read(one, place))


def _match(one: Tagged, place: Place) -> Iterator[Statement]:
    body = mapping(one.body)
    left, right, operator = body.get("left"), body.get("right"), body.get("op")
    if _is_flags(left) or (isinstance(left, dict) and "&" in left):
        yield _flags(left, right, operator)
        return
    if left == {"meta": {"key": "time"}} and operator == "<":
        yield Until(_epoch(right))
        return
    if operator not in ("==", "!=", "in"):
        raise UnreadError(short(one.body))
    fields = key(left)
    yield from fields.implied
    yield _compared(fields, right, place, negated=operator == "!=")


def _compared(fields: Key, right: object, place: Place, *, negated: bool) -> Statement:
    if isinstance(right, str) and right.startswith("@"):
        return Lookup(fields.fields, right[1:], negated)
    types = tuple(map(type_of, fields.fields))
    if isinstance(right, dict) and "set" in right:
        return place.anonymous.compared(fields.fields, sequence(right["set"]), negated=negated)
    if isinstance(right, list) and not (len(fields.fields) == 1 and fields.fields[0] in _WORDS):
        raise UnreadError(short(right))
    listed = right if isinstance(right, list) else [right]
    return Match(fields.fields, tuple(found for one in listed for found in keys(one, types)), negated)


def _is_flags(left: object) -> bool:
    return left == {"payload": {"protocol": "tcp", "field": "flags"}}


def _flags(left: object, right: object, operator: object) -> TcpFlags:
    wanted = _words(right)
    if _is_flags(left):  # `tcp flags syn`: whether one of the flags is set
        if operator not in ("in", "==") or len(wanted) != 1 or operator == "==":
            raise UnreadError(short(left))
        return TcpFlags(wanted, wanted)
    parts = sequence(mapping(left).get("&"))
    if len(parts) != 2 or not _is_flags(parts[0]) or operator not in ("==", "!="):
        raise UnreadError(short(left))
    return TcpFlags(_words(parts[1]), wanted, operator == "!=")


def _words(value: object) -> tuple[str, ...]:
    """TCP flags, which nft lists as one word, as a list (nft 1.0.6) or as a union (nft 1.1)."""
    if isinstance(value, dict):
        value = value.get("|")
    listed = value if isinstance(value, list) else [value]
    return tuple(text(one) for one in listed)


def _epoch(value: object) -> int:
    """Seconds since the epoch; nft lists a time in its own time zone, which `collect.sh` sets to UTC."""
    if isinstance(value, int):
        return number(value, _ANY)
    try:
        return int(datetime.strptime(text(value), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp())
    except (ValueError, OverflowError):
        raise UnreadError(short(value)) from None


def _dispatch(one: Tagged, place: Place) -> Iterator[Statement]:
    body = mapping(one.body)
    fields, data = key(body.get("key")), body.get("data")
    yield from fields.implied
    if isinstance(data, str) and data.startswith("@"):
        yield Dispatch(fields.fields, data[1:])
        return
    yield Dispatch(fields.fields, place.anonymous.verdicts(fields.fields, sequence(mapping(data).get("set"))))


def _translation(one: Tagged, place: Place) -> Iterator[Statement]:
    yield from translation(one, place.family, place.anonymous)


def _limit(one: Tagged, _: Place) -> Iterator[Statement]:
    if isinstance(one.body, str):
        yield LimitBy(one.body)
        return
    body = mapping(one.body)
    if body.get("inv") or "rate_unit" in body:
        raise UnreadError(short(one.body))
    yield LimitRate(number(body.get("rate"), _ANY), text(body.get("per")), number(body.get("burst", 5), _ANY))


def _log(one: Tagged, _: Place) -> Iterator[Statement]:
    body = mapping(one.body or {})
    yield Log(text(body.get("prefix", "")))


def _counter(one: Tagged, _: Place) -> Iterator[Statement]:
    yield Count(one.body if isinstance(one.body, str) else "")


def _update(one: Tagged, _: Place) -> Iterator[Statement]:
    body = mapping(one.body)
    element = mapping(mapping(body.get("elem")).get("elem"))
    name = text(body.get("set"))
    if body.get("op") != "update" or not name.startswith("@"):
        raise UnreadError(short(one.body))
    fields = key(element.get("val"))
    yield from fields.implied
    yield Learn(fields.fields, name[1:], number(element.get("timeout"), _ANY))


def _mangle(one: Tagged, _: Place) -> Iterator[Statement]:
    if one.body != _CLAMP:
        raise UnreadError(short(one.body))
    yield ClampMss()


def _reject(_: Tagged, __: Place) -> Iterator[Statement]:
    """A drop: a reject differs from a drop only in its answer to the sender."""
    yield VerdictStatement(VerdictKind.DROP)


_READERS: Mapping[str, Callable[[Tagged, Place], Iterator[Statement]]] = MappingProxyType(
    {
        "match": _match,
        "vmap": _dispatch,
        "snat": _translation,
        "dnat": _translation,
        "masquerade": _translation,
        "limit": _limit,
        "log": _log,
        "counter": _counter,
        "set": _update,
        "mangle": _mangle,
        "reject": _reject,
    }
)
