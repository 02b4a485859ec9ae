"""Faults in what a host with four uplinks believes of senders: in the tree, and in what it is lowered from."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.flows.family_faults import by_destination, let_in, of_lookup, without_lookup
from tests.flows.mutation import elements, rules, statements, swap_rules
from tests.sites import compiled

from taploom.backends.nftables import ruleset
from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.tree import Element, Match, Ruleset, Statement
from taploom.backends.nftables.values import Iface, Word
from taploom.base.address import Family, Prefix, parse_prefix
from taploom.plan.host import Host, Remote
from taploom.plan.site import Plan

CASE = Path(__file__).parents[1] / "cases" / "senders-of-no-network.yaml"
LONGER = tuple(map(parse_prefix, ("10.50.7.0/24", "2001:db8:50:7::/64")))
OFFICE = tuple(map(parse_prefix, ("10.3.0.0/24", "2001:db8:2::/64")))
BRANCH = tuple(map(parse_prefix, ("10.50.0.0/16", "2001:db8:50::/48")))
Paths = tuple[Remote, ...]


@functools.cache
def office() -> Plan:
    """A host whose policy speaks of senders that no network of the site has."""
    return compiled(CASE.read_text(encoding="utf-8")).plan


def lowered(edit: Callable[[Remote], Paths]) -> Callable[[Host], Ruleset]:
    return lambda host: ruleset(
        replace(host, reverse_paths=tuple(part for one in host.reverse_paths for part in edit(one)))
    )


def within(prefixes: tuple[Prefix, ...], *uplinks: str) -> Callable[[Remote], Paths]:
    """Others believe what is in some prefixes."""
    return lambda one: (replace(one, uplinks=uplinks) if any(one.prefix in p for p in prefixes) else one,)


def tree(edit: Callable[[Ruleset], Ruleset]) -> Callable[[Host], Ruleset]:
    return lambda host: edit(ruleset(host))


def offers(edit: Callable[[Match], Match | None]) -> Callable[[Host], Ruleset]:
    """The rule about the answers of DHCP servers, changed."""

    def edited(statement: Statement) -> Statement | None:
        return edit(statement) if isinstance(statement, Match) else statement

    return tree(
        lambda r: rules(
            r, lambda rule: statements(rule, edited) if rule.comment == "implied/dhcp-client" else rule, "raw_uplink"
        )
    )


def strict(statement: Statement) -> Statement:
    """Only the best way back will do."""
    if isinstance(statement, Match) and statement.fields == (Field.FIB_LOOSE,):
        return replace(statement, fields=(Field.FIB_STRICT,))
    return statement


def not_at(uplink: str) -> Callable[[Element], Element | None]:
    return lambda element: None if element.key[0] == Iface(uplink) else element


SENDERS: dict[str, Callable[[Host], Ruleset]] = {
    "the shorter route wins": lowered(within(LONGER, "eno2")),
    "the shorter route wins in IPv4": lowered(within(LONGER[:1], "eno2")),
    "the shorter route wins in IPv6": lowered(within(LONGER[1:], "eno2")),
    "the shorter route counts too": lowered(within(LONGER, "eno2", "eno3")),
    "the longer route counts for the shorter one": lowered(within(BRANCH, "eno2", "eno3")),
    "the way out counts for what a route leads to": lowered(within(BRANCH, "eno1", "eno2", "eno3")),
    "the way out counts for what is on a link": lowered(within(OFFICE, "eno1", "eno2")),
    "what DHCP gives counts for what is on a link": lowered(within(OFFICE, "eno2", "eno4")),
    "what is on a link is of another one": lowered(within(OFFICE, "eno3")),
    "what is on links is forgotten in IPv4": lowered(lambda one: () if one.prefix in OFFICE[0] else (one,)),
    "what is on links is forgotten in IPv6": lowered(lambda one: () if one.prefix in OFFICE[1] else (one,)),
    "routes are forgotten": lowered(lambda one: () if any(one.prefix in prefix for prefix in BRANCH) else (one,)),
    "routes of IPv6 are forgotten": lowered(lambda one: () if one.prefix in BRANCH[1] else (one,)),
    "links are forgotten": lowered(
        lambda one: (one,) if any(one.prefix in prefix for prefix in BRANCH) else (),
    ),
    "one family alone is looked at": lowered(lambda one: (one,) if one.prefix.family is Family.IPV4 else ()),
    "an uplink with DHCP believes everybody in IPv4": tree(lambda r: elements(r, "astray_ipv4", not_at("eno4"))),
    "the uplink of the way out believes everybody in IPv6": tree(lambda r: elements(r, "astray_ipv6", not_at("eno1"))),
    "nobody looks at senders in IPv4": tree(without_lookup("astray_ipv4")),
    "nobody looks at senders in IPv6": tree(without_lookup("astray_ipv6")),
    "receivers are looked at instead": tree(of_lookup("astray_ipv4", by_destination)),
    "who is at the wrong uplink is let in": tree(of_lookup("astray_ipv6", let_in)),
    "the best way back alone will do": tree(lambda r: rules(r, lambda rule: statements(rule, strict), "raw_uplink")),
    "a DHCP server is held to its route": tree(lambda r: swap_rules(r, "raw_uplink", 4, 5)),
    "a DHCP server talks to guests": offers(lambda match: None if match.fields == (Field.FIB_TYPE,) else match),
    "a DHCP server talks to one address alone": offers(
        lambda match: replace(match, values=((Word("local"),),)) if match.fields == (Field.FIB_TYPE,) else match
    ),
}
"""Each of them lets somebody in, or keeps somebody out, of whom no network of the site knows."""
