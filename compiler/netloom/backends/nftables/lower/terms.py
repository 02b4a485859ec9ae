"""Terms of the policy as rules and sets.

Terms without conditions become elements of sets, each with a counter and the name of its rule: one look-up decides
among ten thousand. What has a limit, a log or an end is a rule of its own, and so is what holds for whole sides,
which reads better and needs no set. Denies are rendered apart from allows, so that a chain can have all of the former
before the first of the latter: that is all that order has to do here, as the language has none.
"""

import enum
from collections.abc import Iterable, Iterator, Sequence

from netloom.backends.nftables.fields import Field, Type, address_type, daddr, icmp, icmp_type, saddr
from netloom.backends.nftables.idents import ident
from netloom.backends.nftables.lower.frame import ACCEPT, DROP, extent, family_is
from netloom.backends.nftables.lower.layers import layers
from netloom.backends.nftables.lower.part import Judged
from netloom.backends.nftables.lower.protocols import protocol
from netloom.backends.nftables.tree import (
    Count,
    Element,
    LimitBy,
    Log,
    Lookup,
    Match,
    NamedLimit,
    Rule,
    Set,
    Statement,
    Until,
)
from netloom.backends.nftables.values import Range, Value, order
from netloom.base.address import FAMILIES, Family, Prefix
from netloom.base.protocol import PORT_PROTOCOLS
from netloom.plan.host import Host
from netloom.plan.policy import Action, Service, Term

ICMP_OF = {Family.IPV4: "icmp", Family.IPV6: "icmpv6"}


class Shape(enum.Enum):
    """What of a packet a service looks at, besides its addresses."""

    ANY = "any"
    PORTS = "ports"
    PROTOCOLS = "protocols"
    ICMP = "icmp"


def judged(host: Host, pair: tuple[str, ...], terms: Iterable[Term], action: Action) -> Judged:
    """The rules of one action between two sides, for both families.

    Args:
        host: whose sides they are.
        pair: what tells the pair of sides from others, for names of sets.
        terms: the terms of the pair; those of the other action are left aside.
        action: which rules to make.
    """
    chosen = sorted((t for t in terms if t.action is action), key=lambda t: (t.rule, t.family))
    apart = [t for t in chosen if _conditions(t)]
    whole = [t for t in chosen if not _conditions(t) and _whole(host, t)]
    rest = [t for t in chosen if not _conditions(t) and not _whole(host, t)]
    tables = [_sets(host, pair, action, [t for t in rest if t.family is family]) for family in FAMILIES]
    logged = [t for t in apart if t.limit is None]
    limited = [t for t in apart if t.limit is not None]
    rules = (
        *(rule for t in logged for rule in _plain(t)),
        *(rule for found in tables for rule in found.rules),
        *(rule for t in (*whole, *limited) for rule in _plain(t)),
    )
    return Judged(rules, tuple(entry for found in tables for entry in found.sets), tuple(map(_limit, limited)))


def _conditions(term: Term) -> bool:
    return term.log or term.expires is not None or _limited(term)


def _limited(term: Term) -> bool:
    return term.limit is not None and term.action is Action.ALLOW


def _whole(host: Host, term: Term) -> bool:
    """Whether the term says all of what passes between two sides in its family."""
    ends = ((term.ingress, term.sources), (term.egress, term.destinations))
    return not term.services and all(extent(host, end, term.family) == prefixes for end, prefixes in ends)


def _limit(term: Term) -> NamedLimit:
    assert term.limit
    return NamedLimit(_limit_name(term), term.limit.rate, term.limit.unit, term.limit.burst, term.origin)


def _limit_name(term: Term) -> str:
    return ident("limit", *term.rule.split("/"))


def verdict_of(action: Action) -> Statement:
    """What a rule of the action ends in."""
    return ACCEPT if action is Action.ALLOW else DROP


def shape_of(service: Service, family: Family) -> Shape | None:
    """How a service is matched; None for the ICMP of the other family."""
    if service.protocol in PORT_PROTOCOLS:
        return Shape.PORTS
    if service.protocol in ICMP_OF.values():
        return Shape.ICMP if service.protocol == ICMP_OF[family] else None
    return Shape.PROTOCOLS


def fields_of(shape: Shape, family: Family) -> tuple[Field, ...]:
    """What is looked at besides the addresses."""
    return {
        Shape.ANY: (),
        Shape.PORTS: (Field.L4PROTO, Field.DPORT),
        Shape.PROTOCOLS: (Field.L4PROTO,),
        Shape.ICMP: (icmp(family),),
    }[shape]


def _types_of(shape: Shape, family: Family) -> tuple[Type, ...]:
    return {
        Shape.ANY: (),
        Shape.PORTS: (Type.PROTOCOL, Type.PORT),
        Shape.PROTOCOLS: (Type.PROTOCOL,),
        Shape.ICMP: (icmp_type(family),),
    }[shape]


def _values(shape: Shape, service: Service) -> tuple[Value, ...]:
    span = Range(service.first, service.last)
    match shape:
        case Shape.PORTS:
            return (protocol(service.protocol), span)
        case Shape.ICMP:
            return (Range(service.first, min(service.last, 255)),)
        case _:
            return (protocol(service.protocol),)


def shaped(term: Term) -> Iterator[tuple[Shape, tuple[tuple[Value, ...], ...]]]:
    """The services of a term, by shape, as values of `fields_of` the shape."""
    if not term.services:
        yield Shape.ANY, ()
    for shape in Shape:
        found = [s for s in term.services if shape_of(s, term.family) is shape]
        if found:
            yield shape, _merged({_values(shape, s) for s in found})


def _merged(found: Iterable[tuple[Value, ...]]) -> tuple[tuple[Value, ...], ...]:
    """Sorted, with ranges that touch made one: a set between braces must not overlap."""
    made: list[tuple[Value, ...]] = []
    for values in sorted(found, key=order):
        before = made[-1][-1] if made and made[-1][:-1] == values[:-1] else None
        here = values[-1]
        if isinstance(before, Range) and isinstance(here, Range) and here.first <= before.last + 1:
            made[-1] = (*values[:-1], Range(before.first, max(before.last, here.last)))
        else:
            made.append(values)
    return tuple(made)


def _plain(term: Term) -> Iterator[Rule]:
    """A rule for each shape of the term's services."""
    ends: list[Statement] = [
        *addresses(saddr(term.family), term.sources),
        *addresses(daddr(term.family), term.destinations),
    ]
    tail: list[Statement] = [LimitBy(_limit_name(term))] if _limited(term) else []
    tail += [Log(f"netloom {term.rule}: ")] if term.log else []
    tail += [Count(), verdict_of(term.action)]
    until: list[Statement] = [] if term.expires is None else [Until(term.expires)]
    for shape, values in shaped(term):
        services: list[Statement] = [Match(fields_of(shape, term.family), values)] if values else []
        guard: list[Statement] = [] if ends else [family_is(term.family)]
        yield Rule((*until, *guard, *ends, *services, *tail), term.rule, term.origin)


def addresses(field: Field, prefixes: Sequence[Prefix]) -> list[Match]:
    """A match on prefixes; nothing where they are all there are."""
    return [] if any(p.length == 0 for p in prefixes) else [Match((field,), tuple((p,) for p in prefixes))]


def _sets(host: Host, pair: tuple[str, ...], action: Action, terms: Sequence[Term]) -> Judged:
    """For terms of one family: a set for each shape (several where elements overlap), and rules that look them up."""
    rules: list[Rule] = []
    sets: list[Set] = []
    found = [(shape, element) for term in terms for shape, element in _elements(term)]
    for shape in Shape:
        family = terms[0].family if terms else Family.IPV4
        ends = address_type(family)
        for number, layer in enumerate(layers(e for of, e in found if of is shape), start=1):
            name = ident(action.value, *pair, family.key, shape.value, *([str(number)] if number > 1 else []))
            types = (ends, ends, *_types_of(shape, family))
            sets.append(Set(name, types, layer.elements, interval=layer.interval, counted=True, origin=host.origin))
            lookup = Lookup((saddr(family), daddr(family), *fields_of(shape, family)), name)
            rules.append(Rule((lookup, verdict_of(action)), "", host.origin))
    return Judged(tuple(rules), tuple(sets))


def _elements(term: Term) -> Iterator[tuple[Shape, Element]]:
    for shape, services in shaped(term):
        for values in services or ((),):
            for source in term.sources:
                for destination in term.destinations:
                    yield shape, Element((source, destination, *values), None, term.rule, term.origin)
