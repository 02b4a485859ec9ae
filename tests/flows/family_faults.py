"""Faults in one address family, one direction or one number, which a reviewer would easily overlook."""

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
    """Restricts the rules with a comment to one family."""

    def edited(rule: Rule) -> Rule:
        return replace(rule, statements=(condition, *rule.statements)) if rule.comment == comment else rule

    return lambda r: rules(r, edited)


def types(comment: str, edit: Callable[[tuple[Range, ...]], tuple[Range, ...]]) -> Callable[[Ruleset], Ruleset]:
    """Edits the ICMP types of the rules with a comment."""

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
    """Replaces the target of a prefix translation by the single address after it."""
    if isinstance(statement, TranslatePrefix):
        return replace(statement, after=replace(statement.after, value=statement.after.value + 1, length=128))
    return statement


def any_hop(statement: Statement) -> Statement:
    """Accepts neighbour discovery from routed packets, whose hop limit is below 255."""
    if isinstance(statement, Match) and statement.fields == (Field.HOP_LIMIT,):
        return replace(statement, values=((Range(254, 255),),))
    return statement


def loose(statement: Statement) -> Statement:
    """Replaces the strict reverse path check by the loose one."""
    if isinstance(statement, Match) and statement.fields == (Field.FIB_STRICT,):
        return replace(statement, fields=(Field.FIB_LOOSE,))
    return statement


def without_lookup(name: str) -> Callable[[Ruleset], Ruleset]:
    """Drops the rules that look up a set."""
    return lambda r: rules(
        r, lambda rule: None if any(isinstance(s, Lookup) and s.set == name for s in rule.statements) else rule
    )


def of_lookup(name: str, edit: Edit) -> Callable[[Ruleset], Ruleset]:
    """Edits the rules that look up a set."""
    return lambda r: rules(
        r,
        lambda rule: (
            statements(rule, edit) if any(isinstance(s, Lookup) and s.set == name for s in rule.statements) else rule
        ),
    )


def let_in(statement: Statement) -> Statement:
    return VerdictStatement(VerdictKind.ACCEPT) if isinstance(statement, VerdictStatement) else statement


def by_destination(statement: Statement) -> Statement:
    """Looks up the destination of a packet instead of its source."""
    if isinstance(statement, Lookup):
        return replace(statement, fields=(Field.IIFNAME, Field.IP_DADDR))
    return statement


def swapped(element: Element) -> Element:
    source, to, *rest = element.key
    return replace(element, key=(to, source, *rest))


def wrong_map(family: Family, name: str) -> Edit:
    """Drops the rule that looks up a DNAT map in one family."""

    def edited(statement: Statement) -> Statement | None:
        return (
            None
            if isinstance(statement, TranslateBy) and (statement.family, statement.map) == (family, name)
            else statement
        )

    return edited


FAMILIES: dict[str, Callable[[Ruleset], Ruleset]] = {
    "hairpin replies are translated in IPv4 only": in_one_family("implied/hairpin", IPV4_ONLY),
    "hairpin replies are translated in IPv6 only": in_one_family("implied/hairpin", IPV6_ONLY),
    "established traffic is accepted in IPv4 only": in_one_family("implied/established", IPV4_ONLY),
    "established traffic is accepted in IPv6 only": in_one_family("implied/established", IPV6_ONLY),
    "neighbours talk in IPv4 only": lambda r: rules(
        r,
        lambda rule: (
            replace(rule, statements=(IPV6_ONLY, VerdictStatement(VerdictKind.DROP)))
            if rule.comment == "implied/bridge"
            else rule
        ),
    ),
    "loopback is accepted in IPv6 only": in_one_family("implied/loopback", IPV6_ONLY),
    "forwards are accepted in IPv4 only": lambda r: elements(r, "forwards_net-web_ipv6_tcp", lambda _: None),
    "the DNAT map with senders is not looked up in IPv6": everywhere(
        wrong_map(Family.IPV6, "dnat_eth0_ipv6_all_tcp_sender-port")
    ),
    "the DNAT map of port ranges is not looked up in IPv4": everywhere(
        wrong_map(Family.IPV4, "dnat_eth0_ipv4_all_udp_range")
    ),
    "packet-too-big is dropped": types("implied/icmpv6", without(2)),
    "destination-unreachable is dropped": types("implied/icmp", without(3)),
    "redirects are accepted": types("implied/icmp", also(5)),
    "echo requests are accepted as ICMP errors": types("implied/icmpv6", also(128)),
    "neighbour solicitations are dropped": types("implied/nd", without(135)),
    "neighbour discovery is accepted from beyond a router": everywhere(any_hop),
    "an expiry is a second early": everywhere(early),
    "a prefix is translated to a single address": everywhere(moved_on),
    "the reverse path check is loose": everywhere(loose),
    "a deny on the bridge has source and destination swapped": lambda r: elements(
        r, "deny_net-web_net-web_ipv6_tcp", swapped
    ),
    "a deny in the bridge table has source and destination swapped": lambda r: elements(
        r, "deny_neighbours_ipv4_tcp", swapped, "bridge"
    ),
    "an allow has source and destination swapped": lambda r: elements(r, "allow_net-web_net-data_ipv6_tcp", swapped),
    "a DNAT chain drops packets that it does not translate": lambda r: chains(
        r,
        lambda c: (
            replace(c, rules=(*c.rules, Rule((VerdictStatement(VerdictKind.DROP),), "")))
            if c.name == "dnat-inside_ipv4"
            else c
        ),
    ),
    "a source NAT chain drops packets that it does not translate": lambda r: chains(
        r,
        lambda c: (
            replace(c, rules=(*c.rules, Rule((VerdictStatement(VerdictKind.DROP),), "")))
            if c.name == "snat_eth0"
            else c
        ),
    ),
    "site addresses may arrive through the wrong uplink in IPv4": without_lookup("astray_ipv4"),
    "site addresses may arrive through the wrong uplink in IPv6": without_lookup("astray_ipv6"),
    "site addresses that arrive through the wrong uplink are accepted": of_lookup("astray_ipv6", let_in),
    "the check for the wrong uplink looks up the destination": of_lookup("astray_ipv4", by_destination),
    "the check for the wrong uplink drops packets from the right uplink": lambda r: elements(
        r, "astray_ipv4", lambda e: replace(e, key=(Iface("eth1"), e.key[1]))
    ),
    "a rate is changed": lambda r: in_tables(
        r, lambda t: replace(t, limits=tuple(replace(limit, rate=limit.rate + 1) for limit in t.limits))
    ),
    "a burst is changed": lambda r: in_tables(
        r, lambda t: replace(t, limits=tuple(replace(limit, burst=limit.burst * 2) for limit in t.limits))
    ),
}
"""Faults by name, each with its edit; the rules for the other family or direction stay correct."""
