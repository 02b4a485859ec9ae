"""Terms of the policy as rules and sets.

Terms without conditions become elements of sets, each with a counter and the name of its entry: so one look-up decides
among ten thousand terms. A term with a limit, a log or an expiry is a rule of its own. A term for whole sides is a
rule, too, which reads better and needs no set. A product of many senders, destinations and services (`lower.products`)
is a rule as well. Denies are rendered apart from allows, so that a chain can have all denies before the first allow;
nothing else depends on the order of rules, as the entries of a policy have no order.
"""

from collections.abc import Iterable, Iterator, Sequence

from taploom.backends.nftables.fields import Field, address_type, daddr, saddr
from taploom.backends.nftables.idents import ident
from taploom.backends.nftables.lower.idioms import ACCEPT, DROP, extent, family_is
from taploom.backends.nftables.lower.layers import layers
from taploom.backends.nftables.lower.part import ChainRules
from taploom.backends.nftables.lower.products import end_lookups, end_sets, is_product
from taploom.backends.nftables.lower.shapes import Shape, in_order, shaped
from taploom.backends.nftables.tree import (
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
from taploom.backends.nftables.values import Range
from taploom.base.address import FAMILIES, Prefix
from taploom.plan.host import Host
from taploom.plan.policy import Action, Term


def judged(host: Host, pair: tuple[str, ...], terms: Iterable[Term], action: Action) -> ChainRules:
    """The rules of one action between two sides, for both families.

    Args:
        host: the host that has the sides.
        pair: the words that stand for the pair of sides in the names of sets.
        terms: the terms of the pair; terms of the other action are ignored.
        action: the action of the rules.
    """
    chosen = sorted((t for t in terms if t.action is action), key=lambda t: (t.entry, t.family))
    if not chosen:
        return ChainRules()
    apart = [t for t in chosen if _conditions(t)]
    free = [t for t in chosen if not _conditions(t)]
    whole = [t for t in free if _whole(host, t)]
    products = [t for t in free if not _whole(host, t) and is_product(t)]
    rest = [t for t in free if not _whole(host, t) and not is_product(t)]
    by_family = ([t for t in rest if t.family is family] for family in FAMILIES)
    tables = [_sets(host, pair, action, found) for found in by_family if found]
    logged = [t for t in apart if t.limit is None]
    limited = [t for t in apart if t.limit is not None]
    rules = (
        *(rule for t in logged for rule in _plain(t)),
        *(rule for found in tables for rule in found.rules),
        *(rule for t in products for rule in _rules(t, end_lookups(pair, t))),
        *(rule for t in (*whole, *limited) for rule in _plain(t)),
    )
    sets = (
        *(one for found in tables for one in found.sets),
        *(one for t in products for one in end_sets(pair, t)),
    )
    return ChainRules(rules, sets, tuple(map(_limit, limited)))


def _conditions(term: Term) -> bool:
    return term.log or term.expires is not None or _limited(term)


def _limited(term: Term) -> bool:
    return term.limit is not None and term.action is Action.ALLOW


def _whole(host: Host, term: Term) -> bool:
    """Whether the term covers all traffic between its two sides in its family."""
    ends = ((term.ingress, term.sources), (term.egress, term.destinations))
    return not term.services and all(extent(host, end, term.family) == prefixes for end, prefixes in ends)


def _limit(term: Term) -> NamedLimit:
    assert term.limit
    return NamedLimit(_limit_name(term), term.limit.rate, term.limit.unit, term.limit.burst, term.origin)


def _limit_name(term: Term) -> str:
    return ident("limit", *term.entry.split("/"))


def verdict_of(action: Action) -> Statement:
    """The verdict of a rule with this action."""
    return ACCEPT if action is Action.ALLOW else DROP


def _plain(term: Term) -> Iterator[Rule]:
    """A rule for each shape of the term's services; the term's addresses are in the rule itself."""
    ends = [*addresses(saddr(term.family), term.sources), *addresses(daddr(term.family), term.destinations)]
    return _rules(term, ends)


def _rules(term: Term, ends: Sequence[Match | Lookup]) -> Iterator[Rule]:
    """A rule for each shape of the term's services, after the matches on its sources and destinations."""
    tail: list[Statement] = [LimitBy(_limit_name(term))] if _limited(term) else []
    tail += [Log(f"taploom {term.entry}: ")] if term.log else []
    tail += [Count(), verdict_of(term.action)]
    until: list[Statement] = [] if term.expires is None else [Until(term.expires)]
    for shape, values in shaped(term):
        services: list[Statement] = [*shape.guard]
        services += [Match(shape.fields, tuple((value,) for value in values))] if values else []
        guard: list[Statement] = [] if ends else [family_is(term.family)]
        yield Rule((*until, *guard, *ends, *services, *tail), term.entry, term.origin)


def addresses(field: Field, prefixes: Sequence[Prefix]) -> list[Match]:
    """A match on prefixes; no match is needed if a prefix is the whole address space."""
    return [] if any(p.length == 0 for p in prefixes) else [Match((field,), tuple((p,) for p in prefixes))]


def _sets(host: Host, pair: tuple[str, ...], action: Action, terms: Sequence[Term]) -> ChainRules:
    """For terms of one family: a set for each shape (several where elements overlap), and rules that look them up."""
    rules: list[Rule] = []
    sets: list[Set] = []
    found: dict[Shape, list[Element]] = {}
    for term in terms:
        for shape, element in _elements(term):
            found.setdefault(shape, []).append(element)
    for shape in in_order(found):
        family = terms[0].family
        ends = address_type(family)
        for number, layer in enumerate(layers(found[shape]), start=1):
            name = ident(action.value, *pair, family.key, shape.name, *([str(number)] if number > 1 else []))
            types = (ends, ends, *shape.types)
            sets.append(Set(name, types, layer.elements, interval=layer.interval, counted=True, origin=host.origin))
            lookup = Lookup((saddr(family), daddr(family), *shape.fields), name)
            rules.append(Rule((*shape.guard, lookup, verdict_of(action)), "", host.origin))
    return ChainRules(tuple(rules), tuple(sets))


def _elements(term: Term) -> Iterator[tuple[Shape, Element]]:
    for shape, values in shaped(term):
        columns: list[tuple[Range, ...]] = [(value,) for value in values] if values else [()]
        for column in columns:
            for source in term.sources:
                for destination in term.destinations:
                    yield shape, Element((source, destination, *column), None, term.entry, term.origin)
