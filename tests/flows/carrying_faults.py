"""Faults that affect traffic between uplinks of a host; each changes the ruleset or the plan behind it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

from tests.flows.mutation import chains, drop_rule, elements, rules, sets
from tests.sites import compiled

from taploom.backends.nftables import ruleset
from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.tree import Chain, Element, Lookup, Match, Rule, Ruleset, VerdictKind, VerdictStatement
from taploom.backends.nftables.values import Iface
from taploom.base.address import Family
from taploom.plan.host import Host
from taploom.plan.policy import Action, Side, SideKind, Term
from taploom.plan.site import Plan

HUB = """
taploom: 1
site: {name: hub, domain: hub.example.org}
addresses:
  laptops: [10.77.0.8/29, "fd77::8/125"]
networks:
  web: {ipv4: 10.1.0.1/24, ipv6: "fd01::1/64", nat: true}
  far: {ipv4: 10.9.0.1/24, ipv6: "fd09::1/64"}
hosts:
  hub:
    uplinks:
      eth0: {zone: internet, ipv4: 203.0.113.5/24, gateway4: 203.0.113.1, ipv6: "2001:db8:1::5/64", gateway6: fe80::1}
      eth1: {zone: office, ipv4: 10.1.9.5/24, ipv6: "2001:db8:2::5/64"}
      eth2: {zone: line, ipv4: 10.99.0.1/24, ipv6: "fd99::1/64"}
      wg0: {zone: vpn}
    networks: {web: {taps: vw-*}}
    routes:
      far4: {to: 10.9.0.0/24, via: 10.99.0.2}
      far6: {to: "fd09::/64", via: "fd99::2"}
  spoke:
    uplinks:
      lan: {zone: line, ipv4: 10.99.0.2/24, gateway4: 10.99.0.1, ipv6: "fd99::2/64", gateway6: "fd99::1"}
    networks: {far: {taps: vf-*}}
guests:
  www: {host: hub, nics: {web: {ipv4: 10.1.0.10, ipv6: "fd01::10"}}}
  cat: {host: spoke, nics: {far: {ipv4: 10.9.0.10, ipv6: "fd09::10"}}}
policy:
  office-out: {from: office, to: internet, allow: https}
  keep-out: {from: any, to: office, deny: tcp/22}
  reading: {from: laptops, to: office, allow: [ssh, imaps, "tcp/9000-9010"]}
  peers: {from: vpn, to: vpn, allow: any}
  far-out: {from: far, to: [internet, line], allow: [http, https]}
  cat: {from: any, to: cat, allow: https}
  console: {from: office, to: host/spoke, allow: https, limit: 5/minute}
  admin: {from: [office, line], to: hosts, allow: ssh}
"""


@functools.cache
def hub() -> Plan:
    """The plan of a hub that forwards traffic between outside networks, and to a second host behind it."""
    site = compiled(HUB)
    errors = [d for d in site.diagnostics if d.severity.value == "error"]
    assert not errors, errors
    return site.plan


def passing(name: str, at: int = 0) -> Callable[[Ruleset], Ruleset]:
    """Inserts a rule that accepts all packets into a chain, first by default."""

    def edited(found: Chain) -> Chain:
        here = (*found.rules[:at], Rule((VerdictStatement(VerdictKind.ACCEPT),), ""), *found.rules[at:])
        return replace(found, rules=here) if found.name == name else found

    return lambda r: chains(r, edited)


def swapped(element: Element) -> Element:
    one, other = element.key
    return replace(element, key=(other, one))


def without(*devices: str) -> Callable[[Element], Element | None]:
    return lambda element: None if element.key == tuple(map(Iface, devices)) else element


def loops(rule: Rule) -> Rule:
    """Makes the rule that dispatches by output interface return without a verdict."""
    if any(isinstance(s, Match) and s.fields == (Field.OIFNAME,) for s in rule.statements):
        return replace(rule, statements=(*rule.statements[:-1], VerdictStatement(VerdictKind.RETURN)))
    return rule


def without_look_up(field: Field, chain: str) -> Callable[[Ruleset], Ruleset]:
    """Drops the rules of a chain that look up site addresses in one field."""

    def edited(rule: Rule) -> Rule | None:
        return None if any(isinstance(s, Lookup) and s.fields == (field,) for s in rule.statements) else rule

    return lambda r: rules(r, edited, chain)


def terms(edit: Callable[[Term], Term | None]) -> Callable[[Ruleset], Ruleset]:
    """The ruleset after an edit of the host's policy terms."""

    def broken(_: Ruleset) -> Ruleset:
        host = hub().hosts[0]
        return ruleset(replace(host, terms=tuple(t for term in host.terms if (t := edit(term)) is not None)))

    return broken


def hosts(edit: Callable[[Host], Host]) -> Callable[[Ruleset], Ruleset]:
    """The ruleset after an edit of the host."""
    return lambda _: ruleset(edit(hub().hosts[0]))


def carried(term: Term) -> bool:
    outer = (SideKind.OUTSIDE, SideKind.REMOTE)
    return term.ingress.kind in outer and term.egress.kind in outer


def reversed_(term: Term) -> Term:
    return replace(term, ingress=term.egress, egress=term.ingress, sources=term.destinations, destinations=term.sources)


def more(*rest: Term) -> Callable[[Ruleset], Ruleset]:
    return hosts(lambda host: replace(host, terms=(*host.terms, *rest)))


def like(rule: str, **changes: object) -> Term:
    """An IPv4 term of an entry with some fields changed."""
    found = next(t for t in hub().hosts[0].terms if t.entry == rule and t.family is Family.IPV4 and carried(t))
    return replace(found, **changes)  # type: ignore[arg-type]


def faults() -> dict[str, Callable[[Ruleset], Ruleset]]:
    """Faults by name; each name states the wrong behaviour."""
    internet, office = (Side(SideKind.OUTSIDE, name) for name in ("internet", "office"))
    here = "forward_zone-office_zone-internet"
    return {
        "packets that enter through one uplink skip policy": lambda r: rules(
            r, lambda rule: None if _leads(rule, Field.IIFNAME, "eth1") else rule, "forward"
        ),
        "packets that leave through one uplink skip policy": lambda r: rules(
            r, lambda rule: None if _leads(rule, Field.OIFNAME, "eth0") else rule, "forward_uplink"
        ),
        "packets that leave through uplinks return without a verdict": lambda r: rules(r, loops, "forward_uplink"),
        "packets from an uplink that taploom does not configure skip policy": lambda r: rules(
            r, lambda rule: None if _leads(rule, Field.IIFNAME, "wg0") else rule, "forward"
        ),
        "all packets that leave through an uplink are dropped, including Docker's": lambda r: rules(
            r, lambda rule: replace(rule, statements=rule.statements[1:]) if rule.statements else rule, "forward_uplink"
        ),
        "all traffic between uplinks is accepted": passing("forward_uplink"),
        "invalid packets pass between uplinks": lambda r: drop_rule(r, "forward_ours", 0),
        "a pair of uplinks is swapped": lambda r: sets(
            r,
            lambda s: replace(s, elements=tuple(map(swapped, s.elements))) if s.name == "forward_pairs" else s,
        ),
        "a pair of uplinks has no chain": lambda r: elements(r, "forward_pairs", without("eth1", "eth0")),
        "an uplink paired with itself has no chain": lambda r: elements(r, "forward_pairs", without("wg0", "wg0")),
        "the chain of a pair of uplinks ends with an accept": lambda r: chains(
            r,
            lambda c: (
                replace(c, rules=(*c.rules[:-1], Rule((VerdictStatement(VerdictKind.ACCEPT),), "")))
                if c.name == here
                else c
            ),
        ),
        "sources of the site count as outside": without_look_up(Field.IP_SADDR, "forward_zone-line_zone-internet"),
        "destinations of the site count as outside": without_look_up(Field.IP6_DADDR, "forward_zone-office_zone-line"),
        "another host's network is not forwarded": terms(
            lambda t: None if t.entry == "policy/far-out" and carried(t) else t
        ),
        "another host's network is not forwarded in one family": terms(
            lambda t: None if t.entry == "policy/cat" and carried(t) and t.family is Family.IPV6 else t
        ),
        "an entry applies to the reverse direction instead": terms(
            lambda t: reversed_(t) if t.entry == "policy/office-out" else t
        ),
        "a deny is not applied between uplinks": terms(lambda t: None if t.action is Action.DENY and carried(t) else t),
        "`any` allows packets from outside to outside": more(like("policy/cat", egress=office, destinations=_ALL)),
        "an entry from addresses to a zone allows packets within the zone": more(
            like("policy/reading", egress=office, ingress=office)
        ),
        "an entry from a zone allows packets within the zone": more(
            like("policy/office-out", egress=office, ingress=office)
        ),
        "an entry from a zone also allows the reverse direction": more(
            like("policy/office-out", ingress=internet, egress=office)
        ),
        "a rate limit for another host is lost": terms(
            lambda t: replace(t, limit=None) if t.entry == "policy/console" else t
        ),
        "an uplink is missing": hosts(
            lambda host: replace(host, uplinks=tuple(u for u in host.uplinks if u.name != "wg0"))
        ),
    }


_ALL = like("policy/office-out").sources


def _leads(rule: Rule, field: Field, device: str) -> bool:
    return any(
        isinstance(s, Match) and s.fields == (field,) and s.values == ((Iface(device),),) for s in rule.statements
    )


CARRYING = faults()
