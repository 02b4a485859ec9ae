"""Helpers of the lowering: interfaces and prefixes of a side, common verdicts, and origins of implied rules."""

from collections.abc import Iterable

from taploom.backends.nftables.fields import Field, address_type
from taploom.backends.nftables.idents import ident
from taploom.backends.nftables.tree import (
    Count,
    Element,
    Lookup,
    Match,
    Rule,
    Set,
    VerdictKind,
    VerdictStatement,
)
from taploom.backends.nftables.values import Iface, Word
from taploom.base.address import FAMILIES, Address, Family, Prefix, everything
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, outside, remote_behind
from taploom.plan.origin import Origin
from taploom.plan.policy import Side, SideKind

SITE, REMOTE = "site", "remote"
ACCEPT, DROP, RETURN = (
    VerdictStatement(VerdictKind.ACCEPT),
    VerdictStatement(VerdictKind.DROP),
    VerdictStatement(VerdictKind.RETURN),
)
LINK_LOCAL = {Family.IPV4: Prefix(Family.IPV4, 0xA9FE << 16, 16), Family.IPV6: Prefix(Family.IPV6, 0xFE80 << 112, 10)}
"""The prefixes of link-local addresses (RFC 3927, RFC 4291)."""
LOOPBACK = {Family.IPV4: Prefix(Family.IPV4, 127 << 24, 8), Family.IPV6: Prefix(Family.IPV6, 1, 128)}


def implied(name: str) -> Origin:
    """The origin of a rule that no text of the spec causes."""
    return Origin(f"implied.{name}", None, "nftables")


def goto(chain: str) -> VerdictStatement:
    """The verdict that goes to another chain."""
    return VerdictStatement(VerdictKind.GOTO, chain)


def on(field: Field, *values: Word | Iface | Prefix) -> Match:
    """Matches if the field has one of the values."""
    return Match((field,), tuple((value,) for value in values))


def family_is(family: Family) -> Match:
    """Matches packets of the family only."""
    return on(Field.NFPROTO, Word(family.key))


def drop(counter: str, *matches: Match | Lookup, origin: Origin | None = None) -> Rule:
    """A rule that drops and counts what matches."""
    return Rule((*matches, Count(counter), DROP), "", origin)


def local_prefixes(host: Host, family: Family) -> tuple[Prefix, ...]:
    """The prefixes of the networks that are on this host."""
    found = (each.own(family) for each in inside(host))
    return collapsed(own.prefix for own in found if own)


def fixed_addresses(host: Host, family: Family) -> tuple[Address, ...]:
    """The static addresses of the host's interfaces towards zones."""
    found = (each.own(family) for each in outside(host))
    return tuple(sorted({own.address for own in found if own}))


def zones(host: Host) -> tuple[str, ...]:
    """The zones beyond the host's interfaces."""
    return tuple(sorted({each.zone for each in outside(host)}))


def networks(host: Host) -> tuple[str, ...]:
    """The networks that are on this host."""
    return tuple(dict.fromkeys(each.network for each in inside(host)))


def devices(host: Host, side: Side) -> tuple[str, ...]:
    """The interfaces of a side; none for the host itself and for interfaces that the spec does not name."""
    if side.kind is SideKind.BRIDGE:
        return tuple(each.device for each in inside(host) if each.network == side.name)
    if side.kind in (SideKind.OUTSIDE, SideKind.REMOTE):
        return tuple(each.device for each in outside(host) if each.zone == side.name)
    return ()


def collapsed(prefixes: Iterable[Prefix]) -> tuple[Prefix, ...]:
    """Disjoint, sorted prefixes with the same addresses as the given prefixes."""
    kept: list[Prefix] = []
    for prefix in sorted(set(prefixes), key=lambda p: (p.family, p.value, p.length)):
        if not kept or prefix not in kept[-1]:
            kept.append(prefix)
    return tuple(kept)


def of_family(prefixes: Iterable[Prefix], family: Family) -> tuple[Prefix, ...]:
    """The prefixes of one family, made disjoint."""
    return collapsed(prefix for prefix in prefixes if prefix.family is family)


def extent(host: Host, side: Side, family: Family) -> tuple[Prefix, ...]:
    """All addresses that a side can have, as a term would list them."""
    if side.kind is SideKind.REMOTE:
        return of_family(remote_behind(host, side.name), family)
    if side.kind is not SideKind.BRIDGE:
        return (everything(family),)
    found = (each.own(family) for each in inside(host) if each.network == side.name)
    return tuple(own.prefix for own in found if own)


def network_sets(host: Host) -> tuple[Set, ...]:
    """The sets of the site's prefixes and of its prefixes on other hosts, by family; empty ones are left out."""
    every = ((SITE, host.site_prefixes), (REMOTE, host.remote_prefixes))
    return tuple(
        prefix_set(ident(word, family.key), family, of_family(prefixes, family), host.origin)
        for word, prefixes in every
        for family in FAMILIES
        if of_family(prefixes, family)
    )


def prefix_set(name: str, family: Family, prefixes: Iterable[Prefix], origin: Origin) -> Set:
    """A set of disjoint prefixes."""
    elements = tuple(Element((prefix,), origin=origin) for prefix in collapsed(prefixes))
    return Set(name, (address_type(family),), elements, interval=True, origin=origin)
