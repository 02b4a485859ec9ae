"""The fields that a service matches besides addresses: its protocol, and for some protocols one more column.

The protocol is matched before a look-up and is no column of its key. For a key with intervals nft 1.0.6 converts the
one byte of `meta l4proto` as two bytes, which Linux refuses from 7.0 on (net/netfilter/nft_byteorder.c): a ruleset
with such a key would not load on a Debian 12 with a newer kernel. A narrower key is no slower either.
"""

import functools
from collections.abc import Iterable, Iterator

from taploom.backends.nftables.fields import Field, Type, icmp, icmp_type
from taploom.backends.nftables.lower.protocols import protocol
from taploom.backends.nftables.tree import Match
from taploom.backends.nftables.values import Range
from taploom.base.address import Family
from taploom.base.frozen import dataclass
from taploom.base.protocol import PORT_PROTOCOLS
from taploom.plan.policy import Service, Term

_ICMP_OF = {Family.IPV4: "icmp", Family.IPV6: "icmpv6"}
_ANY = "any"


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields that services of one protocol match.

    Attributes:
        name: the protocol's name, or `any` for all protocols.
        guard: the match on the protocol; none where there is no protocol, or where the column's field implies it.
        column: the field, with its type, by which services of the protocol differ; none for a protocol without ports.
    """

    name: str
    guard: tuple[Match, ...] = ()
    column: tuple[Field, Type] | None = None

    def __hash__(self) -> int:
        """The hash of the name, as shapes of one family differ only by their names."""
        return hash(self.name)

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of the column."""
        return (self.column[0],) if self.column else ()

    @property
    def types(self) -> tuple[Type, ...]:
        """The type of the column."""
        return (self.column[1],) if self.column else ()


def shaped(term: Term) -> Iterator[tuple[Shape, tuple[Range, ...]]]:
    """The services of a term, by shape and in a fixed order, with the disjoint values of the shape's column."""
    if not term.services:
        yield _of(_ANY, term.family), ()
    by_name: dict[str, set[Range]] = {}
    for service in term.services:
        if service.protocol not in _ICMP_OF.values() or service.protocol == _ICMP_OF[term.family]:
            by_name.setdefault(service.protocol, set()).add(_span(service))
    for name in sorted(by_name, key=_order):
        shape = _of(name, term.family)
        yield shape, _merged(by_name[name]) if shape.column else ()


def in_order(shapes: Iterable[Shape]) -> list[Shape]:
    """Shapes of one family in a fixed order: the one without a protocol, then the most frequent protocols."""
    return sorted(shapes, key=lambda shape: _order(shape.name))


def with_port(name: str) -> Shape:
    """The shape of a protocol with ports, in any family."""
    return _of(name, Family.IPV4)


def _order(name: str) -> tuple[int, str]:
    known = (_ANY, *PORT_PROTOCOLS)
    return (known.index(name) if name in known else len(known), name)


@functools.cache
def _of(name: str, family: Family) -> Shape:
    if name == _ANY:
        return Shape(name)
    if name == _ICMP_OF[family]:
        return Shape(name, (), (icmp(family), icmp_type(family)))
    guard = (Match((Field.L4PROTO,), ((protocol(name),),)),)
    return Shape(name, guard, (Field.DPORT, Type.PORT) if name in PORT_PROTOCOLS else None)


def _span(service: Service) -> Range:
    return Range(service.first, min(service.last, 255) if service.protocol in _ICMP_OF.values() else service.last)


def _merged(found: Iterable[Range]) -> tuple[Range, ...]:
    """The ranges, sorted and united where they touch, as elements of an anonymous set must not overlap."""
    made: list[Range] = []
    for span in sorted(found):
        if made and span.first <= made[-1].last + 1:
            made[-1] = Range(made[-1].first, max(made[-1].last, span.last))
        else:
            made.append(span)
    return tuple(made)
