"""DNAT entries as maps: from an outside port to a guest.

All keys of an nft map have one shape, and so do all values. So each protocol has up to four kinds of maps: one for
single ports (which may be translated), one for ranges that keep their ports, and for each of these another one with the
sender in the key. A range that moves to other ports is expanded to single ports, because neither a rule nor a map
can shift a range: with either, nft would translate every port to the first port of the target. A DNAT entry that
expires is a rule, because an element of a map cannot have a condition on the date.
"""

import enum
from collections.abc import Iterator, Sequence
from itertools import product

from taploom.backends.nftables.fields import Field, Type, address_type, daddr, saddr
from taploom.backends.nftables.lower.idioms import family_is, on
from taploom.backends.nftables.lower.layers import layers
from taploom.backends.nftables.lower.part import ChainRules
from taploom.backends.nftables.lower.protocols import protocol
from taploom.backends.nftables.lower.shapes import in_order, with_port
from taploom.backends.nftables.tree import (
    Count,
    Direction,
    Element,
    Match,
    Rule,
    Set,
    Statement,
    Translate,
    TranslateBy,
    Until,
)
from taploom.backends.nftables.values import Range, Value
from taploom.base.address import Address, Family, Prefix
from taploom.plan.host import Host
from taploom.plan.policy import DnatEntry


class MapKind(enum.Enum):
    """The kinds of maps, in the order of their rules: entries for named senders go before the others."""

    SENDER_PORT = "sender-port"
    SENDER_RANGE = "sender-range"
    PORT = "port"
    RANGE = "range"

    @property
    def sender(self) -> bool:
        """Whether the sender is part of the key."""
        return self in (MapKind.SENDER_PORT, MapKind.SENDER_RANGE)

    @property
    def changes(self) -> bool:
        """Whether the data holds a port."""
        return self in (MapKind.SENDER_PORT, MapKind.PORT)


def dnat_part(
    host: Host, name: str, family: Family, address: Address | None, dnat_entries: Sequence[DnatEntry]
) -> ChainRules:
    """The rules that translate to the targets of DNAT entries, and their maps.

    Args:
        host: the host.
        name: the prefix of the names of the maps.
        family: the family of all DNAT entries.
        address: the uplink's address as part of the key; None where the chain has already checked the destination.
        dnat_entries: the DNAT entries.
    """
    dnat_entries = sorted((x for x in dnat_entries if x.sources != ()), key=lambda x: (x.forward, x.protocol, x.first))
    rules = [
        rule for dnat_entry in dnat_entries if dnat_entry.expires is not None for rule in _until(dnat_entry, address)
    ]
    lasting = [dnat_entry for dnat_entry in dnat_entries if dnat_entry.expires is None]
    sets: list[Set] = []
    shapes = in_order({with_port(dnat_entry.protocol) for dnat_entry in lasting})
    for kind, shape in product(MapKind, shapes):
        members = [
            dnat_entry for dnat_entry in lasting if _kind(dnat_entry) is kind and dnat_entry.protocol == shape.name
        ]
        found = (e for dnat_entry in members for e in _elements(dnat_entry, kind, address))
        for number, layer in enumerate(layers(found), start=1):
            title = f"{name}_{shape.name}_{kind.value}" + (f"_{number}" if number > 1 else "")
            data = (address_type(family), *([Type.PORT] if kind.changes else []))
            types = _types(family, kind, address)
            sets.append(Set(title, types, layer.elements, data, interval=layer.interval, origin=host.origin))
            translation = TranslateBy(family, _fields(family, kind, address), title)
            rules.append(Rule((*shape.guard, translation), "", host.origin))
    return ChainRules(tuple(rules), tuple(sets))


def _kind(dnat_entry: DnatEntry) -> MapKind:
    kept = dnat_entry.first != dnat_entry.last and dnat_entry.first == dnat_entry.target_first
    if dnat_entry.sources is None:
        return MapKind.RANGE if kept else MapKind.PORT
    return MapKind.SENDER_RANGE if kept else MapKind.SENDER_PORT


def _elements(dnat_entry: DnatEntry, kind: MapKind, address: Address | None) -> Iterator[Element]:
    to = [address.prefix] if address else []
    senders: list[list[Prefix]] = [[source] for source in dnat_entry.sources or ()] if kind.sender else [[]]
    for sender in senders:
        for port, data in _ports(dnat_entry, kind):
            key: tuple[Value, ...] = (*sender, *to, port)
            yield Element(key, (dnat_entry.target.prefix, *data), dnat_entry.forward, dnat_entry.origin)


def _ports(dnat_entry: DnatEntry, kind: MapKind) -> Iterator[tuple[Range, tuple[Value, ...]]]:
    if not kind.changes:
        yield Range(dnat_entry.first, dnat_entry.last), ()
        return
    for port in range(dnat_entry.first, dnat_entry.last + 1):
        inner = dnat_entry.target_first + port - dnat_entry.first
        yield Range(port, port), (Range(inner, inner),)


def _types(family: Family, kind: MapKind, address: Address | None) -> tuple[Type, ...]:
    ends = [address_type(family)] * (int(kind.sender) + int(address is not None))
    return (*ends, Type.PORT)


def _fields(family: Family, kind: MapKind, address: Address | None) -> tuple[Field, ...]:
    return (*([saddr(family)] if kind.sender else []), *([daddr(family)] if address else []), Field.DPORT)


def _until(dnat_entry: DnatEntry, address: Address | None) -> Iterator[Rule]:
    """Rules of a DNAT entry that expires: one, or one for each port if the ports change."""
    assert dnat_entry.expires is not None
    ends = (
        [Match((saddr(dnat_entry.family),), tuple((source,) for source in dnat_entry.sources))]
        if dnat_entry.sources
        else []
    )
    ends += [on(daddr(dnat_entry.family), address.prefix)] if address else []
    service = on(Field.L4PROTO, protocol(dnat_entry.protocol))
    for port, data in _ports(dnat_entry, _kind(dnat_entry)):
        inner = data[0].first if data and isinstance(data[0], Range) else None
        to = Translate(Direction.DESTINATION, dnat_entry.target.prefix, inner)
        matches = (*ends, family_is(dnat_entry.family), service, Match((Field.DPORT,), ((port,),)))
        statements: tuple[Statement, ...] = (Until(dnat_entry.expires), *matches, Count(), to)
        yield Rule(statements, dnat_entry.forward, dnat_entry.origin)
