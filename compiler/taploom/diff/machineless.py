"""Addresses that no machine has: multicast, broadcast and network addresses, and reserved ones.

Sets of addresses contain such addresses, but people who read about a set think of the machines in it.
"""

from collections.abc import Iterator

from taploom.base.address import Family, Prefix, in_family, parse_prefix
from taploom.flows.algebra.spans import Interval, Spans, of_prefix, single, united, without
from taploom.flows.packets.learned import every
from taploom.plan.interfaces import outside
from taploom.plan.site import Plan

_RESERVED = ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")
_UNICAST = ("2000::/3", "fc00::/7")


def machineless(plan: Plan, family: Family) -> Spans:
    """Addresses that are not unicast (RFC 6890; IANA's IPv6 address space), and reserved ones of the site's links."""
    if family is Family.IPV4:
        reserved = united(of_prefix(parse_prefix(text)) for text in _RESERVED)
    else:
        reserved = without(every(family), united(of_prefix(parse_prefix(text)) for text in _UNICAST))
    return united([*reserved, *(end for prefix in _links(plan, family) for end in _ends(prefix))])


def _links(plan: Plan, family: Family) -> Iterator[Prefix]:
    sides = (in_family(network, family) for network in plan.networks)
    yield from (side.prefix for side in sides if side)
    known = (each.own(family) for host in plan.hosts for each in outside(host))
    yield from (own.prefix for own in known if own)


def _ends(prefix: Prefix) -> Iterator[Interval]:
    """The first address of a link and, in IPv4, the last one; a /31 or /127 reserves neither (RFC 3021, RFC 6164)."""
    if prefix.length < prefix.family.bits - 1:
        first, last = of_prefix(prefix)
        yield single(first)
        if prefix.family is Family.IPV4:
            yield single(last)
