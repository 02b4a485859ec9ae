"""Lanes as maps: from an outside port to a guest.

Four kinds of maps for each protocol, each for a shape of value that nft can have in one: single ports (which may
change), ranges that keep their ports, and both again with the sender in the key. A range that shifts its ports is
expanded, as neither a rule nor a map shifts: every port would become the first. A lane with an end is a rule, as
elements know no dates.
"""

import enum
from collections.abc import Iterator, Sequence
from itertools import product

from taploom.backends.nftables.fields import Field, Type, address_type, daddr, saddr
from taploom.backends.nftables.lower.frame import family_is, on
from taploom.backends.nftables.lower.layers import layers
from taploom.backends.nftables.lower.part import Judged
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
from taploom.plan.policy import Lane


class Kind(enum.Enum):
    """The kinds of maps; senders first, as who is named goes before everybody."""

    SENDER_PORT = "sender-port"
    SENDER_RANGE = "sender-range"
    PORT = "port"
    RANGE = "range"

    @property
    def sender(self) -> bool:
        """Whether the sender is part of the key."""
        return self in (Kind.SENDER_PORT, Kind.SENDER_RANGE)

    @property
    def changes(self) -> bool:
        """Whether the data holds a port."""
        return self in (Kind.SENDER_PORT, Kind.PORT)


def laned(host: Host, name: str, family: Family, address: Address | None, lanes: Sequence[Lane]) -> Judged:
    """The rules that translate to the targets of lanes, and their maps.

    Args:
        host: the host.
        name: what the names of the maps begin with.
        family: of all lanes.
        address: the uplink's address as part of the key; None where the chain has found it to be the uplink's.
        lanes: the lanes.
    """
    lanes = sorted((x for x in lanes if x.sources != ()), key=lambda x: (x.forward, x.protocol, x.first))
    rules = [rule for lane in lanes if lane.expires is not None for rule in _until(lane, address)]
    lasting = [lane for lane in lanes if lane.expires is None]
    sets: list[Set] = []
    shapes = in_order({with_port(lane.protocol) for lane in lasting})
    for kind, shape in product(Kind, shapes):
        of = [lane for lane in lasting if _kind(lane) is kind and lane.protocol == shape.name]
        found = (e for lane in of for e in _elements(lane, kind, address))
        for number, layer in enumerate(layers(found), start=1):
            title = f"{name}_{shape.name}_{kind.value}" + (f"_{number}" if number > 1 else "")
            data = (address_type(family), *([Type.PORT] if kind.changes else []))
            types = _types(family, kind, address)
            sets.append(Set(title, types, layer.elements, data, interval=layer.interval, origin=host.origin))
            translation = TranslateBy(family, _fields(family, kind, address), title)
            rules.append(Rule((*shape.guard, translation), "", host.origin))
    return Judged(tuple(rules), tuple(sets))


def _kind(lane: Lane) -> Kind:
    kept = lane.first != lane.last and lane.first == lane.target_first
    if lane.sources is None:
        return Kind.RANGE if kept else Kind.PORT
    return Kind.SENDER_RANGE if kept else Kind.SENDER_PORT


def _elements(lane: Lane, kind: Kind, address: Address | None) -> Iterator[Element]:
    to = [address.prefix] if address else []
    senders: list[list[Prefix]] = [[source] for source in lane.sources or ()] if kind.sender else [[]]
    for sender in senders:
        for port, data in _ports(lane, kind):
            key: tuple[Value, ...] = (*sender, *to, port)
            yield Element(key, (lane.target.prefix, *data), lane.forward, lane.origin)


def _ports(lane: Lane, kind: Kind) -> Iterator[tuple[Range, tuple[Value, ...]]]:
    if not kind.changes:
        yield Range(lane.first, lane.last), ()
        return
    for port in range(lane.first, lane.last + 1):
        inner = lane.target_first + port - lane.first
        yield Range(port, port), (Range(inner, inner),)


def _types(family: Family, kind: Kind, address: Address | None) -> tuple[Type, ...]:
    ends = [address_type(family)] * (int(kind.sender) + int(address is not None))
    return (*ends, Type.PORT)


def _fields(family: Family, kind: Kind, address: Address | None) -> tuple[Field, ...]:
    return (*([saddr(family)] if kind.sender else []), *([daddr(family)] if address else []), Field.DPORT)


def _until(lane: Lane, address: Address | None) -> Iterator[Rule]:
    """Rules of a lane with an end: one, or one for each port where they shift."""
    assert lane.expires is not None
    ends = [Match((saddr(lane.family),), tuple((source,) for source in lane.sources))] if lane.sources else []
    ends += [on(daddr(lane.family), address.prefix)] if address else []
    service = on(Field.L4PROTO, protocol(lane.protocol))
    for port, data in _ports(lane, _kind(lane)):
        inner = data[0].first if data and isinstance(data[0], Range) else None
        to = Translate(Direction.DESTINATION, lane.target.prefix, inner)
        matches = (*ends, family_is(lane.family), service, Match((Field.DPORT,), ((port,),)))
        statements: tuple[Statement, ...] = (Until(lane.expires), *matches, Count(), to)
        yield Rule(statements, lane.forward, lane.origin)
