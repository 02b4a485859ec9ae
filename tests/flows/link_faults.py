"""Faults for links with one or two addresses (/32, /31, /128, /127); each changes the ruleset or the plan."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.flows.mutation import elements, sets
from tests.sites import compiled

from taploom.backends.nftables import ruleset
from taploom.backends.nftables.tree import Element, Ruleset, Set
from taploom.base.address import Prefix, parse_prefix
from taploom.plan.host import Host, Remote

if TYPE_CHECKING:
    from taploom.plan.policy import DnatEntry, Term
    from taploom.plan.site import Plan

RENTED = """
taploom: 1
site: {name: rented, domain: rented.example.org}
networks:
  vms: {ipv4: 10.9.0.1/24, ipv6: "2001:db8:42:7::1/64", dhcp: true, ra: true, nat: {ipv4: masquerade, ipv6: off}}
  pair: {ipv4: 10.8.0.1/31, ipv6: "fd08::1/127"}
hosts:
  metal:
    uplinks:
      eno1:
        {zone: internet, ipv4: 10.9.0.77/32, gateway4: 198.51.100.65, ipv6: "2001:db8:42:7::2/128", gateway6: fe80::1}
      line: {zone: line, ipv4: 192.0.2.1/31, ipv6: "fd99::1/127"}
    networks: {vms: {taps: vm-*}, pair: {taps: pr-*}}
  peer:
    uplinks: {line: {zone: line, ipv4: 192.0.2.0/31, gateway4: 192.0.2.1, ipv6: "fd99::/127", gateway6: "fd99::1"}}
guests:
  web: {host: metal, nics: {vms: {ipv4: 10.9.0.10, ipv6: "2001:db8:42:7::10"}}}
  lease: {host: metal, nics: {vms: {ipv4: dhcp, ipv6: "2001:db8:42:7::11"}}}
  box: {host: metal, nics: {pair: {ipv4: 10.8.0.0, ipv6: "fd08::"}}}
forwards:
  web: {on: metal/eno1, ports: tcp/80, to: web, from: any}
  box: {on: metal/line, ports: tcp/81, to: box, from: any}
policy:
  out: {from: vms, to: internet, allow: any}
  ask: {from: host/peer, to: pair, allow: https}
  tell: {from: pair, to: host/peer, allow: ntp}
  admin: {from: [any, hosts], to: hosts, allow: ssh}
"""
UPLINK4, UPLINK6 = parse_prefix("10.9.0.77/32"), parse_prefix("2001:db8:42:7::2/128")
PEER4, PEER6 = parse_prefix("192.0.2.0/32"), parse_prefix("fd99::/128")
BOX4, BOX6 = parse_prefix("10.8.0.0/32"), parse_prefix("fd08::/128")
END4, END6 = parse_prefix("10.8.0.1/32"), parse_prefix("fd08::1/128")
"""Prefixes of network `pair`: the guest at the lower address, and the host at the upper one."""


@functools.cache
def rented() -> Plan:
    """The plan of a host with a single address inside its network, a network of two addresses, and a link to a peer."""
    return compiled(RENTED).plan


def lowered(edit: Callable[[Host], Host]) -> Callable[[Host], Ruleset]:
    return lambda host: ruleset(edit(host))


def tree(edit: Callable[[Ruleset], Ruleset]) -> Callable[[Host], Ruleset]:
    return lambda host: edit(ruleset(host))


def lacking(name: str, value: Prefix, family: str = "bridge") -> Callable[[Host], Ruleset]:
    """Drops the elements with an address from a set."""
    gone: Callable[[Element], Element | None] = lambda one: None if value in one.key else one  # noqa: E731
    return tree(lambda r: elements(r, name, gone, family))


def lent(name: str, owner: Prefix, other: Prefix) -> Callable[[Host], Ruleset]:
    """Lets the port of an address also use another address."""

    def more(found: Set) -> Set:
        mine = [one for one in found.elements if owner in one.key]
        added = [replace(one, key=(one.key[0], other)) for one in mine]
        return replace(found, elements=(*found.elements, *added)) if found.name == name else found

    return tree(lambda r: sets(r, more, "bridge"))


def remotes(*edits: tuple[Prefix, Prefix | None]) -> Callable[[Host], Ruleset]:
    """Replaces or drops prefixes that belong to other hosts."""

    def edited(one: Remote) -> Remote | None:
        to = dict(edits).get(one.prefix, one.prefix)
        return replace(one, prefix=to) if to else None

    return lowered(lambda host: replace(host, remotes=tuple(new for one in host.remotes if (new := edited(one)))))


def narrowed(rule: str, was: Prefix, now: Prefix) -> Callable[[Host], Ruleset]:
    """Replaces a prefix in the terms of a policy entry."""

    def edited(term: Term) -> Term:
        sources, destinations = (
            tuple(now if one == was else one for one in prefixes) for prefixes in (term.sources, term.destinations)
        )
        return replace(term, sources=sources, destinations=destinations) if term.entry == rule else term

    return lowered(lambda host: replace(host, terms=tuple(map(edited, host.terms))))


def led(forward: str, old: Prefix, new: Prefix) -> Callable[[Host], Ruleset]:
    """Changes the target address of a forward."""

    def edited(dnat_entry: DnatEntry) -> DnatEntry:
        right = (dnat_entry.forward, dnat_entry.target) == (forward, old.first)
        return replace(dnat_entry, target=new.first) if right else dnat_entry

    return lowered(lambda host: replace(host, dnat_entries=tuple(map(edited, host.dnat_entries))))


VMS4, VMS6 = parse_prefix("10.9.0.0/24"), parse_prefix("2001:db8:42:7::/64")
PAIR4, PAIR6 = parse_prefix("10.8.0.0/31"), parse_prefix("fd08::/127")
WEB4, WEB6 = parse_prefix("10.9.0.10/32"), parse_prefix("2001:db8:42:7::10/128")
LINKS: dict[str, Callable[[Host], Ruleset]] = {
    "undeclared ports may use the uplink's IPv4 address": lacking("owned_ipv4", UPLINK4),
    "undeclared ports may use the uplink's IPv6 address": lacking("owned_ipv6", UPLINK6),
    "undeclared ports may advertise the uplink's address": lacking("owned_target", UPLINK6),
    "a guest may use the uplink's IPv4 address": lent("bind_ipv4", WEB4, UPLINK4),
    "a guest may use the uplink's IPv6 address": lent("bind_ipv6", WEB6, UPLINK6),
    "a guest may advertise the uplink's address": lent("bind_target", WEB6, UPLINK6),
    "undeclared ports may use the lower address of a /31": lacking("owned_ipv4", BOX4),
    "undeclared ports may use the lower address of a /127": lacking("owned_ipv6", BOX6),
    "undeclared ports may use the upper address of a /31": lacking("owned_ipv4", END4),
    "the guest in a /31 has no IPv4 address": lacking("bind_ipv4", BOX4),
    "the guest in a /127 has no IPv6 address": lacking("bind_ipv6", BOX6),
    "the peer host behind an uplink counts as outside in IPv4": remotes((PEER4, None)),
    "the peer host behind an uplink counts as outside in IPv6": remotes((PEER6, None)),
    "the peer host is expected at the upper address of a /31": remotes((PEER4, parse_prefix("192.0.2.1/32"))),
    "the lower address of a /31 cannot be reached": narrowed("policy/ask", PAIR4, END4),
    "the lower address of a /127 cannot be reached": narrowed("policy/ask", PAIR6, END6),
    "packets from the lower address of a /31 are dropped": narrowed("policy/tell", PAIR4, END4),
    "packets from the lower address of a /127 are dropped": narrowed("policy/tell", PAIR6, END6),
    "a policy entry covers one address instead of the network": narrowed("policy/out", VMS4, UPLINK4),
    "a policy entry covers one address instead of the network in IPv6": narrowed("policy/out", VMS6, UPLINK6),
    "a forward leads to the address of the uplink itself": led("forward/web", WEB6, UPLINK6),
    "a forward leads to the host's address in a /31": led("forward/box", BOX4, END4),
    "the source is translated to the gateway of the guests": lowered(
        lambda host: replace(
            host, nat=tuple(replace(n, to=parse_prefix("10.9.0.1/32")) if n.to == UPLINK4 else n for n in host.nat)
        )
    ),
    "the source is not translated on the uplink to the peer": lowered(lambda host: replace(host, nat=host.nat[:1])),
}
"""Faults by name, each with its edit."""
