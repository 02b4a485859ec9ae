"""Policy terms as products: a set of senders and a set of destinations, instead of one set of all pairs.

If sixty guests may talk to sixty others on two ranges of ports, a product takes about 120 elements, and a set of
triples (sender, destination, service) takes 7,200. A product costs each packet one more rule, so a term becomes a
product only if that saves many elements.
"""

from collections.abc import Sequence

from taploom.backends.nftables.fields import address_type, daddr, saddr
from taploom.backends.nftables.idents import ident
from taploom.backends.nftables.lower.shapes import shaped
from taploom.backends.nftables.tree import Element, Lookup, Set
from taploom.base.address import Prefix
from taploom.plan.policy import Term

_MANY = 128
"""Only a term with more triples than this can become a product."""
_WORTH = 4
"""A term becomes a product only if it has more triples than this number times its prefixes and services together."""


def is_product(term: Term) -> bool:
    """Whether a term takes far fewer elements as a set of senders and a set of destinations than as a set of pairs."""
    most = len(term.sources) * len(term.destinations) * max(1, len(term.services))
    if most <= _MANY:
        return False
    ends = len(term.sources) + len(term.destinations)
    services = sum(max(1, len(values)) for _, values in shaped(term))
    pairs = len(term.sources) * len(term.destinations) * services
    return pairs > _MANY and pairs > _WORTH * (ends + services)


def end_lookups(pair: tuple[str, ...], term: Term) -> tuple[Lookup, Lookup]:
    """The matches on the senders and on the destinations of a product."""
    senders, destinations = _names(pair, term)
    return Lookup((saddr(term.family),), senders), Lookup((daddr(term.family),), destinations)


def end_sets(pair: tuple[str, ...], term: Term) -> tuple[Set, Set]:
    """The set of senders and the set of destinations of a product."""
    ends = zip(_names(pair, term), (term.sources, term.destinations), strict=True)
    senders, destinations = (_set(name, term, prefixes) for name, prefixes in ends)
    return senders, destinations


def _set(name: str, term: Term, prefixes: Sequence[Prefix]) -> Set:
    """A set of disjoint prefixes; single addresses alone need no tree of intervals."""
    elements = tuple(Element((prefix,), origin=term.origin) for prefix in prefixes)
    interval = any(prefix.length < term.family.bits for prefix in prefixes)
    return Set(name, (address_type(term.family),), elements, interval=interval, origin=term.origin)


def _names(pair: tuple[str, ...], term: Term) -> tuple[str, str]:
    words = (*term.entry.split("/")[1:], *pair, term.family.key)
    return ident("from", *words), ident("to", *words)
