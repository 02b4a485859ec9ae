"""Converts a match of a field with a value to a part of a box, or to a boolean that holds for all packets of a map."""

from typing import NamedTuple, Protocol

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.values import Iface, IfacePattern, Range, Value, Word
from taploom.base.address import Family, Prefix
from taploom.base.frozen import dataclass
from taploom.base.protocol import NUMBERS
from taploom.flows.algebra.spans import Interval, Spans, common, of_prefix
from taploom.flows.packets.clock import Clock
from taploom.flows.packets.forwarding import Forwarding
from taploom.flows.packets.packet import (
    DESTINATION,
    HOP_LIMIT,
    ICMP,
    PORT,
    PROTOCOL,
    SENDER_PORT,
    SOURCE,
    WITH_PORTS,
    types,
)

Constraint = tuple[int, Spans]
"""A dimension with the values that packets must have in it."""


class Situation(NamedTuple):
    """The properties that all packets of a map share; a named tuple, because very many look-ups have it as their key.

    Attributes:
        ingress: ingress interface; "" for packets that the host sends.
        egress: egress interface; "" before routing, and for packets to the host.
        state: state of the connection, as in `ct state`.
        original: interval of original destinations that are translated to one address and match the same rules; None
            without such a translation.
        shift: number that a prefix translation has added to the destination; None without such a translation.
    """

    ingress: str
    egress: str
    state: str = "new"
    original: Interval | None = None
    shift: int | None = None

    @property
    def translated(self) -> bool:
        """Whether the destination of the packets was translated."""
        return self.original is not None or self.shift is not None


_FAMILY_OF = {
    Field.IP_SADDR: Family.IPV4,
    Field.IP_DADDR: Family.IPV4,
    Field.ICMP_TYPE: Family.IPV4,
    Field.IP6_SADDR: Family.IPV6,
    Field.IP6_DADDR: Family.IPV6,
    Field.ICMPV6_TYPE: Family.IPV6,
    Field.HOP_LIMIT: Family.IPV6,
    Field.CT_ORIGINAL_IP6_DADDR: Family.IPV6,
}
_LEVELS = {
    Field.IP_SADDR: SOURCE,
    Field.IP6_SADDR: SOURCE,
    Field.FIB_STRICT: SOURCE,
    Field.FIB_LOOSE: SOURCE,
    Field.IP_DADDR: DESTINATION,
    Field.IP6_DADDR: DESTINATION,
    Field.FIB_TYPE: DESTINATION,
    Field.FIB_TYPE_HERE: DESTINATION,
    Field.L4PROTO: PROTOCOL,
    Field.DPORT: PORT,
    Field.ICMP_TYPE: PORT,
    Field.ICMPV6_TYPE: PORT,
    Field.SPORT: SENDER_PORT,
    Field.HOP_LIMIT: HOP_LIMIT,
}
_ADDRESSES = frozenset({Field.IP_SADDR, Field.IP6_SADDR, Field.IP_DADDR, Field.IP6_DADDR})
_NUMBERS = frozenset({Field.SPORT, Field.DPORT, Field.HOP_LIMIT})
_TYPES = frozenset({Field.ICMP_TYPE, Field.ICMPV6_TYPE})


class AnyReader(Protocol):
    """The protocol of readers of fields in one situation."""

    @property
    def forwarding(self) -> Forwarding:
        """The host's addresses and routes."""
        ...

    @property
    def clock(self) -> Clock:
        """The phases of time."""
        ...

    @property
    def situation(self) -> Situation:
        """The properties that all packets of the map share."""
        ...

    def level(self, field: Field) -> int | None:
        """The dimension of a field; None if the situation determines the field."""
        ...

    def presence(self, field: Field) -> list[Constraint] | None:
        """The constraints under which a packet has a field; None if no packet of the map has the field."""
        ...

    def value(self, field: Field, value: Value) -> Spans | bool:
        """The values of the field's dimension that match; a boolean if the situation determines the field."""
        ...


class UnreadableError(Exception):
    """The error for a statement that the evaluation cannot read; as the lowering never emits one, it is a bug."""


@dataclass(frozen=True, slots=True)
class Reader:
    """The reader of fields of the `inet` family in one situation."""

    forwarding: Forwarding
    clock: Clock
    situation: Situation

    def level(self, field: Field) -> int | None:
        """The dimension of a field; None if the situation determines the field."""
        if field is Field.CT_ORIGINAL_IP6_DADDR and self.situation.original is None:
            return DESTINATION
        return _LEVELS.get(field)

    def presence(self, field: Field) -> list[Constraint] | None:
        """The constraints under which a packet has a field; None if no packet of the map has the field."""
        if _FAMILY_OF.get(field, self.forwarding.family) is not self.forwarding.family:
            return None
        if field in (Field.SPORT, Field.DPORT):
            return [(PROTOCOL, WITH_PORTS)]
        if field in (Field.ICMP_TYPE, Field.ICMPV6_TYPE):
            return [(PROTOCOL, ((ICMP[self.forwarding.family],) * 2,))]
        return []

    def value(self, field: Field, value: Value) -> Spans | bool:
        """The values of the field's dimension that match; a boolean if the situation determines the field."""
        match value:
            case Prefix():
                if field is Field.CT_ORIGINAL_IP6_DADDR:
                    return self._original(value)
                if field in _ADDRESSES:
                    whole = not value.length and _LEVELS[field] == DESTINATION
                    return ((0, self.forwarding.size - 1),) if whole else (of_prefix(value),)
            case Range() if field in _NUMBERS:
                return ((value.first, value.last),)
            case Range() if field in _TYPES:
                return types(value.first, value.last)
            case Word():
                return _protocol(value.text) if field is Field.L4PROTO else self._word(field, value.text)
            case Iface() | IfacePattern() if field is Field.IIFNAME:
                return _named(value, self.situation.ingress)
            case Iface() | IfacePattern() if field is Field.OIFNAME:
                return _named(value, self.situation.egress)
        raise UnreadableError(f"{field.value} {value}")

    def _word(self, field: Field, text: str) -> Spans | bool:
        forwarding, situation = self.forwarding, self.situation
        match field, text:
            case (Field.NFPROTO, _):
                return text == forwarding.family.key
            case (Field.CT_STATE, _):
                return text == situation.state
            case (Field.CT_STATUS, "dnat"):
                return situation.translated
            case (Field.FIB_STRICT, "missing"):
                return forwarding.missing(situation.ingress)
            case (Field.FIB_LOOSE, "missing"):
                return forwarding.missing(None)
            case (Field.FIB_TYPE, "local"):
                return forwarding.own
            case (Field.FIB_TYPE, "broadcast"):
                return forwarding.broadcast
            case (Field.FIB_TYPE, "multicast"):
                return forwarding.multicast
            case (Field.FIB_TYPE_HERE, "local"):
                return forwarding.own_at(situation.ingress)
            case _:
                raise UnreadableError(f"{field.value} {text}")

    def _original(self, prefix: Prefix) -> Spans | bool:
        """The destinations whose original is in a prefix; a boolean if the situation has an `original`.

        The original is the destination before translation. Either all or none of the destinations in the `original` of
        a situation are in the prefix.
        """
        first, last = of_prefix(prefix)
        original, by = self.situation.original, self.situation.shift or 0
        if original is not None:
            return first <= original[0] and original[1] <= last
        return common(((first + by, last + by),), ((0, self.forwarding.size - 1),))


def _protocol(name: str) -> Spans:
    number = NUMBERS.get(name)
    return ((int(name) if number is None else number,) * 2,)


def _named(value: Iface | IfacePattern, device: str) -> bool:
    return device == value.name if isinstance(value, Iface) else device.startswith(value.head)
