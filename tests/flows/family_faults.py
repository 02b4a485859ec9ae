"""Faults in one family alone, in one direction alone, or in one number alone: the slips that eyes pass over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.flows.mutation import chains, elements, in_tables, rules, statements

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.tree import (
    Element,
    Lookup,
    Match,
    Rule,
    Ruleset,
    Statement,
    TranslateBy,
    TranslatePrefix,
    Until,
    VerdictKind,
    VerdictStatement,
)
from taploom.backends.nftables.values import Iface, Range, Word
from taploom.base.address import Family

Edit = Callable[[Statement], Statement | None]
IPV4_ONLY, IPV6_ONLY = (Match((Field.NFPROTO,), ((Word(family),),)) for family in ("ipv4", "ipv6"))


def in_one_family(comment: str, condition: Match) -> Callable[[Ruleset], Ruleset]:
    """Rules that hold in one family from now on."""

    def edited(rule: Rule) -> Rule:
        return replace(rule, statements=(condition, *rule.statements)) if rule.comment == comment else rule

    return lambda r: rules(r, edited)


def types(comment: str, edit: Callable[[tuple[Range, ...]], tuple[Range, ...]]) -> Callable[[Ruleset], Ruleset]:
    """Rules that name other types of ICMP."""

    def edited(statement: Statement) -> Statement:
        if isinstance(statement, Match) and statement.fields in ((Field.ICMP_TYPE,), (Field.ICMPV6_TYPE,)):
            known = tuple(value for (value,) in statement.values if isinstance(value, Range))
            return replace(statement, values=tuple((value,) for value in edit(known)))
        return statement

    return lambda r: rules(r, lambda rule: statements(rule, edited) if rule.comment == comment else rule)


def without(*numbers: int) -> Callable[[tuple[Range, ...]], tuple[Range, ...]]:
    return lambda known: tuple(value for value in known if value.first not in numbers)


def also(number: int) -> Callable[[tuple[Range, ...]], tuple[Range, ...]]:
    return lambda known: (*known, Range(number, number))


def everywhere(edit: Edit) -> Callable[[Ruleset], Ruleset]:
    return lambda r: rules(r, lambda rule: statements(rule, edit))


def early(statement: Statement) -> Statement:
    return Until(statement.epoch - 1) if isinstance(statement, Until) else statement


def moved_on(statement: Statement) -> Statement:
    """A prefix translation that is one address off."""
    if isinstance(statement, TranslatePrefix):
        return replace(statement, after=replace(statement.after, value=statement.after.value + 1, length=128))
    return statement


def any_hop(statement: Statement) -> Statement:
    """What was routed is believed to be from the link."""
    if isinstance(statement, Match) and statement.fields == (Field.HOP_LIMIT,):
        return replace(statement, values=((Range(254, 255),),))
    return statement


def loose(statement: Statement) -> Statement:
    """Any way back will do."""
    if isinstance(statement, Match) and statement.fields == (Field.FIB_STRICT,):
        return replace(statement, fields=(Field.FIB_LOOSE,))
    return statement


def without_lookup(name: str) -> Callable[[Ruleset], Ruleset]:
    """Without the rules that look a set up."""
    return lambda r: rules(
        r, lambda rule: None if any(isinstance(s, Lookup) and s.set == name for s in rule.statements) else rule
    )


def of_lookup(name: str, edit: Edit) -> Callable[[Ruleset], Ruleset]:
    """The rules that look a set up, changed."""
    return lambda r: rules(
        r,
        lambda rule: (
            statements(rule, edit) if any(isinstance(s, Lookup) and s.set == name for s in rule.statements) else rule
        ),
    )


def let_in(statement: Statement) -> Statement:
    return VerdictStatement(VerdictKind.ACCEPT) if isinstance(statement, VerdictStatement) else statement


def by_destination(statement: Statement) -> Statement:
    """Asks where a packet goes instead of where it is from."""
    if isinstance(statement, Lookup):
        return replace(statement, fields=(Field.IIFNAME, Field.IP_DADDR))
    return statement


def swapped(element: Element) -> Element:
    source, to, *rest = element.key
    return replace(element, key=(to, source, *rest))


def wrong_map(family: Family, name: str) -> Edit:
    """The look-up of one family in the set of senders for all."""

    def edited(statement: Statement) -> Statement | None:
        return (
            None
            if isinstance(statement, TranslateBy) and (statement.family, statement.map) == (family, name)
            else statement
        )

    return edited


FAMILIES: dict[str, Callable[[Ruleset], Ruleset]] = {
    "the hairpin is translated back in IPv4 alone": in_one_family("implied/hairpin", IPV4_ONLY),
    "the hairpin is translated back in IPv6 alone": in_one_family("implied/hairpin", IPV6_ONLY),
    "established traffic is accepted in IPv4 alone": in_one_family("implied/established", IPV4_ONLY),
    "established traffic is accepted in IPv6 alone": in_one_family("implied/established", IPV6_ONLY),
    "neighbours talk in IPv4 alone": lambda r: rules(
        r,
        lambda rule: (
            replace(rule, statements=(IPV6_ONLY, VerdictStatement(VerdictKind.DROP)))
            if rule.comment == "implied/bridge"
            else rule
        ),
    ),
    "loopback is for IPv6 alone": in_one_family("implied/loopback", IPV6_ONLY),
    "forwards are accepted in IPv4 alone": lambda r: elements(r, "forwards_net-web_ipv6_tcp", lambda _: None),
    "a sender's map is not looked up in IPv6": everywhere(wrong_map(Family.IPV6, "dnat_eth0_ipv6_all_tcp_sender-port")),
    "a range's map is not looked up in IPv4": everywhere(wrong_map(Family.IPV4, "dnat_eth0_ipv4_all_udp_range")),
    "packets may not be too big": types("implied/icmpv6", without(2)),
    "nothing is unreachable": types("implied/icmp", without(3)),
    "redirects are let in": types("implied/icmp", also(5)),
    "an echo request is an error": types("implied/icmpv6", also(128)),
    "solicitations of routers alone": types("implied/nd", without(135)),
    "discovery comes from beyond a router": everywhere(any_hop),
    "an end of validity is a second early": everywhere(early),
    "a prefix translation leads to one address": everywhere(moved_on),
    "any way back will do": everywhere(loose),
    "a deny on the bridge is one-way, and the wrong way": lambda r: elements(
        r, "deny_net-web_net-web_ipv6_tcp", swapped
    ),
    "a deny on the bridge's frames is the wrong way": lambda r: elements(
        r, "deny_neighbours_ipv4_tcp", swapped, "bridge"
    ),
    "an allow is of the other direction": lambda r: elements(r, "allow_net-web_net-data_ipv6_tcp", swapped),
    "a chain of translations drops what it does not translate": lambda r: chains(
        r,
        lambda c: (
            replace(c, rules=(*c.rules, Rule((VerdictStatement(VerdictKind.DROP),), "")))
            if c.name == "dnat-inside_ipv4"
            else c
        ),
    ),
    "a chain of sources drops what it does not translate": lambda r: chains(
        r,
        lambda c: (
            replace(c, rules=(*c.rules, Rule((VerdictStatement(VerdictKind.DROP),), "")))
            if c.name == "snat_eth0"
            else c
        ),
    ),
    "who comes by the wrong uplink is believed in IPv4": without_lookup("astray_ipv4"),
    "who comes by the wrong uplink is believed in IPv6": without_lookup("astray_ipv6"),
    "who comes by the wrong uplink is let in": of_lookup("astray_ipv6", let_in),
    "who goes by the wrong uplink is kept out": of_lookup("astray_ipv4", by_destination),
    "who comes by the wrong uplink is looked for at the right one": lambda r: elements(
        r, "astray_ipv4", lambda e: replace(e, key=(Iface("eth1"), e.key[1]))
    ),
    "a rate is another": lambda r: in_tables(
        r, lambda t: replace(t, limits=tuple(replace(limit, rate=limit.rate + 1) for limit in t.limits))
    ),
    "a burst is another": lambda r: in_tables(
        r, lambda t: replace(t, limits=tuple(replace(limit, burst=limit.burst * 2) for limit in t.limits))
    ),
}
"""Faults by what they let happen; each is one that the family, or the direction, next to it does not have."""
