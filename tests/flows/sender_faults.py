"""Faults in the source address checks of a host with four uplinks; each changes the ruleset or the plan."""

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
    """The plan of a host whose policy names senders that belong to no network of the site."""
    return compiled(CASE.read_text(encoding="utf-8")).plan


def lowered(edit: Callable[[Remote], Paths]) -> Callable[[Host], Ruleset]:
    return lambda host: ruleset(
        replace(host, reverse_paths=tuple(part for one in host.reverse_paths for part in edit(one)))
    )


def within(prefixes: tuple[Prefix, ...], *uplinks: str) -> Callable[[Remote], Paths]:
    """Replaces the uplinks of each reverse path whose prefix lies within one of the given prefixes."""
    return lambda one: (replace(one, uplinks=uplinks) if any(one.prefix in p for p in prefixes) else one,)


def tree(edit: Callable[[Ruleset], Ruleset]) -> Callable[[Host], Ruleset]:
    return lambda host: edit(ruleset(host))


def offers(edit: Callable[[Match], Match | None]) -> Callable[[Host], Ruleset]:
    """Edits the matches of the rule that accepts answers of DHCP servers."""

    def edited(statement: Statement) -> Statement | None:
        return edit(statement) if isinstance(statement, Match) else statement

    return tree(
        lambda r: rules(
            r, lambda rule: statements(rule, edited) if rule.comment == "implied/dhcp-client" else rule, "raw_uplink"
        )
    )


def strict(statement: Statement) -> Statement:
    """Replaces the loose reverse path check by the strict one."""
    if isinstance(statement, Match) and statement.fields == (Field.FIB_LOOSE,):
        return replace(statement, fields=(Field.FIB_STRICT,))
    return statement


def not_at(uplink: str) -> Callable[[Element], Element | None]:
    return lambda element: None if element.key[0] == Iface(uplink) else element


SENDERS: dict[str, Callable[[Host], Ruleset]] = {
    "the less specific route wins": lowered(within(LONGER, "eno2")),
    "the less specific route wins in IPv4": lowered(within(LONGER[:1], "eno2")),
    "the less specific route wins in IPv6": lowered(within(LONGER[1:], "eno2")),
    "the less specific route is accepted too": lowered(within(LONGER, "eno2", "eno3")),
    "senders behind the less specific route are accepted on both uplinks": lowered(within(BRANCH, "eno2", "eno3")),
    "the default uplink is accepted for senders behind a route": lowered(within(BRANCH, "eno1", "eno2", "eno3")),
    "the default uplink is accepted for senders on a link": lowered(within(OFFICE, "eno1", "eno2")),
    "the uplink with DHCP is accepted for senders on another link": lowered(within(OFFICE, "eno2", "eno4")),
    "senders on a link are expected on another link": lowered(within(OFFICE, "eno3")),
    "prefixes of links are missing in IPv4": lowered(lambda one: () if one.prefix in OFFICE[0] else (one,)),
    "prefixes of links are missing in IPv6": lowered(lambda one: () if one.prefix in OFFICE[1] else (one,)),
    "prefixes of routes are missing": lowered(
        lambda one: () if any(one.prefix in prefix for prefix in BRANCH) else (one,)
    ),
    "prefixes of routes are missing in IPv6": lowered(lambda one: () if one.prefix in BRANCH[1] else (one,)),
    "prefixes of links are missing": lowered(
        lambda one: (one,) if any(one.prefix in prefix for prefix in BRANCH) else (),
    ),
    "reverse paths of IPv6 are missing": lowered(lambda one: (one,) if one.prefix.family is Family.IPV4 else ()),
    "an uplink with DHCP accepts all IPv4 senders": tree(lambda r: elements(r, "astray_ipv4", not_at("eno4"))),
    "the default uplink accepts all IPv6 senders": tree(lambda r: elements(r, "astray_ipv6", not_at("eno1"))),
    "IPv4 senders are not checked": tree(without_lookup("astray_ipv4")),
    "IPv6 senders are not checked": tree(without_lookup("astray_ipv6")),
    "destinations are checked instead": tree(of_lookup("astray_ipv4", by_destination)),
    "senders at the wrong uplink are accepted": tree(of_lookup("astray_ipv6", let_in)),
    "the reverse path check is strict": tree(lambda r: rules(r, lambda rule: statements(rule, strict), "raw_uplink")),
    "the reverse path check applies to DHCP servers": tree(lambda r: swap_rules(r, "raw_uplink", 4, 5)),
    "answers of DHCP servers reach guests": offers(lambda match: None if match.fields == (Field.FIB_TYPE,) else match),
    "broadcast answers of DHCP servers are dropped": offers(
        lambda match: replace(match, values=((Word("local"),),)) if match.fields == (Field.FIB_TYPE,) else match
    ),
}
"""Faults by name; each admits or excludes senders that belong to no network of the site."""
