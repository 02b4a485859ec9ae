"""Faults in the bridge table of `east` (tests.flows.sites)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.flows.mutation import drop_rule, elements, rules, statements
from tests.flows.tree_faults import gone

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.tree import (
    Element,
    Lookup,
    Match,
    Rule,
    Ruleset,
    Statement,
    VerdictKind,
    VerdictStatement,
)
from taploom.backends.nftables.values import Range
from taploom.base.address import Mac, Prefix

BRIDGE = "bridge"


def moved(element: Element) -> Element:
    """Replaces the second column by the next MAC address or prefix."""
    port, value = element.key
    assert isinstance(value, Prefix | Mac)
    return replace(element, key=(port, replace(value, value=value.value + 1)))


def first(edit: Callable[[Element], Element | None]) -> Callable[[Element], Element | None]:
    """Edits only the first element."""
    seen: list[Element] = []

    def once(element: Element) -> Element | None:
        seen.append(element)
        return edit(element) if seen[0] is element else element

    return once


def without(field: Field, chain: str) -> Callable[[Ruleset], Ruleset]:
    """Drops the rules of a chain that match a field."""

    def kept(rule: Rule) -> Rule | None:
        return None if any(isinstance(s, Match | Lookup) and field in s.fields for s in rule.statements) else rule

    return lambda r: rules(r, kept, chain, BRIDGE)


def accepting(statement: Statement) -> Statement:
    return VerdictStatement(VerdictKind.ACCEPT) if statement == VerdictStatement(VerdictKind.DROP) else statement


def fewer(statement: Statement) -> Statement:
    """Drops router advertisements but no redirects."""
    routers = ((Range(134, 134),), (Range(137, 137),))
    if isinstance(statement, Match) and statement.values == routers:
        return replace(statement, values=routers[:1])
    return statement


FRAMES: dict[str, Callable[[Ruleset], Ruleset]] = {
    "guarded ports skip the guard": lambda r: drop_rule(r, "prerouting", 0, BRIDGE),
    "unknown ports skip the guard": lambda r: drop_rule(r, "prerouting", 1, BRIDGE),
    "one port is not guarded": lambda r: elements(r, "ports_guarded", first(gone), BRIDGE),
    "any MAC may be used": lambda r: drop_rule(r, "guard_port", 0, BRIDGE),
    "a port is bound to another MAC": lambda r: elements(r, "bind_mac", first(moved), BRIDGE),
    "ARP may announce any MAC": without(Field.ARP_ETHER, "guard_arp"),
    "any IPv4 address may be used": lambda r: rules(r, lambda rule: statements(rule, accepting), "guard_ipv4", BRIDGE),
    "any IPv6 address may be used": lambda r: rules(r, lambda rule: statements(rule, accepting), "guard_ipv6", BRIDGE),
    "ARP may announce any address": lambda r: rules(r, lambda rule: statements(rule, accepting), "guard_arp", BRIDGE),
    "a port is bound to another address": lambda r: elements(r, "bind_ipv4", first(moved), BRIDGE),
    "an IPv6 address of a port is missing": lambda r: elements(r, "bind_ipv6", first(gone), BRIDGE),
    "an address that a port may advertise is missing": lambda r: elements(r, "bind_target", first(gone), BRIDGE),
    "targets of advertisements are not checked": lambda r: drop_rule(r, "guard_ipv6", 2, BRIDGE),
    "targets of probes are not checked": lambda r: drop_rule(r, "guard_ipv6", 3, BRIDGE),
    "guests may be routers": lambda r: drop_rule(r, "guard_ipv6", 0, BRIDGE),
    "guests may redirect": lambda r: rules(r, lambda rule: statements(rule, fewer), "guard_ipv6", BRIDGE),
    "guests may serve DHCP": lambda r: drop_rule(r, "guard_ipv4", 1, BRIDGE),
    "guests may serve DHCPv6": lambda r: drop_rule(r, "guard_ipv6", 1, BRIDGE),
    "guests cannot ask for an address": lambda r: drop_rule(r, "guard_ipv4", 0, BRIDGE),
    "guests cannot probe for duplicates": lambda r: drop_rule(r, "guard_ipv6", 4, BRIDGE),
    "guests have no link-local addresses": lambda r: drop_rule(r, "guard_ipv6", 6, BRIDGE),
    "guests may advertise the host's link-local address": lambda r: rules(
        r,
        lambda rule: statements(rule, lambda s: None if isinstance(s, Lookup) and s.negated else s),
        "guard_target",
        BRIDGE,
    ),
    "guests may send from the host's link-local address": lambda r: rules(
        r,
        lambda rule: statements(rule, lambda s: None if isinstance(s, Lookup) and s.negated else s),
        "guard_ipv6",
        BRIDGE,
    ),
    "other EtherTypes pass": lambda r: drop_rule(r, "guard_port", -1, BRIDGE),
    "undeclared ports may use any address": without(Field.IP_SADDR, "guard_stranger"),
    "undeclared ports may use any MAC": without(Field.ETHER_SADDR, "guard_stranger"),
    "undeclared ports may be routers": without(Field.ICMPV6_TYPE, "guard_stranger"),
    "undeclared ports may use an owned address": lambda r: elements(r, "owned_ipv4", first(gone), BRIDGE),
    "guests without an address from the pool may use unowned addresses": lambda r: rules(
        r,
        lambda rule: statements(rule, lambda s: None if isinstance(s, Lookup) and s.set == "pool_net-web_ipv4" else s),
        "guard_ipv4",
        BRIDGE,
    ),
    "guests with an address from the pool may use owned addresses": lambda r: rules(
        r,
        lambda rule: statements(rule, lambda s: None if isinstance(s, Lookup) and s.negated else s),
        "guard_ipv4",
        BRIDGE,
    ),
    "isolated guests reach each other": lambda r: elements(r, "ports_isolated", gone, BRIDGE),
    "isolation checks the input port only": lambda r: rules(
        r,
        lambda rule: statements(rule, lambda s: None if isinstance(s, Lookup) and s.fields == (Field.OIFNAME,) else s),
        "forward",
        BRIDGE,
    ),
    "a deny between neighbours is gone": lambda r: elements(r, "deny_neighbours_ipv4_tcp", gone, BRIDGE),
    "a chain of denies is not called": lambda r: drop_rule(r, "forward", -1, BRIDGE),
}
"""Faults by name, each with its edit of the ruleset."""
