"""Faults in the ruleset of `east` (tests.flows.sites), each like a bug in the lowering."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.flows.mutation import chains, drop_rule, elements, rules, statements, swap_rules, without_rules

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.tree import (
    Chain,
    Element,
    LimitBy,
    Lookup,
    Masquerade,
    Match,
    Rule,
    Ruleset,
    Statement,
    Translate,
    TranslateBy,
    TranslatePrefix,
    Until,
    VerdictKind,
    VerdictStatement,
)
from taploom.backends.nftables.values import Range, Word
from taploom.base.address import Prefix, parse_prefix

ACCEPT, DROP = VerdictStatement(VerdictKind.ACCEPT), VerdictStatement(VerdictKind.DROP)
ESTABLISHED = Match((Field.CT_STATE,), ((Word("established"),),))

ESP = Match((Field.L4PROTO,), ((Word("esp"),),))


def shifted(element: Element, by: int = 1) -> Element:
    last = element.key[-1]
    assert isinstance(last, Range)
    return replace(element, key=(*element.key[:-1], Range(last.first, last.last + by)))


def retargeted(element: Element, port: int | None = None) -> Element:
    assert isinstance(element.data, tuple)
    address, *ports = element.data
    assert isinstance(address, Prefix)
    if port is not None:
        return replace(element, data=(address, Range(port, port)))
    return replace(element, data=(replace(address, value=address.value + 1), *ports))


def in_rule(chain: str, comment: str, edit: Callable[[Statement], Statement | None]) -> Callable[[Ruleset], Ruleset]:
    return lambda r: rules(r, lambda rule: statements(rule, edit) if rule.comment == comment else rule, chain)


def denies_last(chain: Chain) -> Chain:
    """Moves the denies of a chain after its accepts."""
    refusing = [r for r in chain.rules if r.statements[-1] == DROP]
    kept = [r for r in chain.rules if r not in refusing]
    return (
        replace(chain, rules=(*kept[:-1], *refusing, kept[-1])) if chain.name.startswith("forward_net-web") else chain
    )


def no_family(rule: Rule) -> Rule | None:
    return None if any(isinstance(s, Match | Lookup) and Field.IP6_SADDR in s.fields for s in rule.statements) else rule


def halved(statement: Statement) -> Statement:
    if isinstance(statement, Match) and statement.fields == (Field.IP_SADDR,):
        return replace(statement, values=((parse_prefix("10.1.0.0/25"),),))
    return statement


def only(kind: type) -> Callable[[Statement], Statement | None]:
    return lambda statement: None if isinstance(statement, kind) else statement


def gone(_element: Element) -> None:
    """Deletes the element."""


def negated(fields: tuple[Field, ...]) -> Callable[[Rule], Rule]:
    def flip(statement: Statement) -> Statement:
        if isinstance(statement, Match) and statement.fields == fields:
            return replace(statement, negated=not statement.negated)
        return statement

    return lambda rule: statements(rule, flip)


def without_match(field: Field) -> Callable[[Statement], Statement | None]:
    return lambda s: None if isinstance(s, Match) and s.fields == (field,) else s


def another_protocol(statement: Statement) -> Statement:
    return replace(statement, values=((Word("ah"),),)) if statement == ESP else statement


def later(statement: Statement) -> Statement:
    return Until(statement.epoch + 1) if isinstance(statement, Until) else statement


def elsewhere(statement: Statement) -> Statement:
    if isinstance(statement, Translate):
        return replace(statement, address=replace(statement.address, value=statement.address.value + 1))
    return statement


def unshifted(statement: Statement) -> Statement:
    if isinstance(statement, TranslatePrefix):
        return replace(statement, after=replace(statement.after, value=statement.after.value + (1 << 64)))
    return statement


def masqueraded(statement: Statement) -> Statement:
    return Masquerade() if isinstance(statement, Translate) else statement


def policy(chain: str, kind: VerdictKind) -> Callable[[Ruleset], Ruleset]:
    def edited(c: Chain) -> Chain:
        return replace(c, base=replace(c.base, policy=kind)) if c.base and c.name == chain else c

    return lambda r: chains(r, edited)


WEB_OUT = "forward_net-web_zone-internet"


def deaf(chain: str, part: str) -> Callable[[Ruleset], Ruleset]:
    without = lambda s: None if isinstance(s, TranslateBy) and part in s.map else s  # noqa: E731
    return lambda r: rules(r, lambda rule: statements(rule, without), chain)


TREE: dict[str, Callable[[Ruleset], Ruleset]] = {
    "established traffic is not accepted in forward": lambda r: drop_rule(r, "forward", 0),
    "established traffic is not accepted in input": lambda r: drop_rule(r, "input", 0),
    "related ICMP errors are not accepted": lambda r: rules(
        r,
        lambda rule: (
            replace(rule, statements=(Match((Field.CT_STATE,), ((Word("established"),),)), *rule.statements[1:]))
            if rule.comment == "implied/established"
            else rule
        ),
        "forward",
    ),
    "invalid packets are forwarded": lambda r: drop_rule(r, "forward_ours", 0),
    "invalid packets enter the host": lambda r: drop_rule(r, "input", 1),
    "the host cannot talk to itself": lambda r: without_rules(r, "implied/loopback"),
    "packets that enter from a bridge skip policy": lambda r: drop_rule(r, "forward", 3),
    "packets that leave to a bridge skip policy": lambda r: drop_rule(r, "forward", 6),
    "chain forward drops traffic of other programs": policy("forward", VerdictKind.DROP),
    "chain input accepts by default": lambda r: drop_rule(policy("input", VerdictKind.ACCEPT)(r), "input", -1),
    "chain forward_ours has no final drop": lambda r: drop_rule(r, "forward_ours", -1),
    "chain drop_forward accepts packets": lambda r: rules(
        r, lambda rule: replace(rule, statements=(ACCEPT,)), "drop_forward"
    ),
    "accept before deny": lambda r: chains(r, denies_last),
    "a deny is gone": lambda r: elements(r, "deny_net-web_zone-internet_ipv4_tcp", gone),
    "a deny is gone in one family": lambda r: elements(r, "deny_net-web_net-data_ipv6_tcp", gone),
    "a deny on the bridge is gone": lambda r: elements(r, "deny_net-web_net-web_ipv4_tcp", gone),
    "a deny accepts": lambda r: rules(
        r, lambda rule: statements(rule, lambda s: ACCEPT if s == DROP else s), "forward_net-web_net-data"
    ),
    "an allow is gone": lambda r: elements(r, "allow_net-web_net-data_ipv4_tcp", gone),
    "a family is missing": lambda r: rules(r, no_family, WEB_OUT),
    "an allow covers half of its network": in_rule(WEB_OUT, "policy/out", halved),
    "a port range is one too long": lambda r: elements(r, "allow_net-web_net-data_ipv4_tcp", shifted),
    "a protocol is changed": lambda r: rules(
        r, lambda rule: statements(rule, another_protocol), "forward_zone-internet_net-data"
    ),
    "a set is looked up for all protocols": lambda r: rules(
        r, lambda rule: statements(rule, without_match(Field.L4PROTO)), "forward_net-web_net-data"
    ),
    "a zone pair is swapped": lambda r: elements(
        r,
        "forward_pairs",
        lambda e: (
            replace(e, data=VerdictStatement(VerdictKind.GOTO, "forward_net-data_net-web"))
            if e.data == VerdictStatement(VerdictKind.GOTO, "forward_net-web_net-data")
            else e
        ),
    ),
    "a zone pair is missing": lambda r: elements(
        r, "forward_pairs", lambda e: None if e.data == VerdictStatement(VerdictKind.GOTO, WEB_OUT) else e
    ),
    "remote networks count as outside": lambda r: drop_rule(r, "forward_net-web_zone-backbone", 0),
    "the set of remote networks is empty in IPv4": lambda r: elements(r, "remote_ipv4", gone),
    "a limit is gone": in_rule("forward_zone-internet_net-web", "policy/pings", only(LimitBy)),
    "an expiry is gone": in_rule("", "policy/until", only(Until)),
    "an expiry is a second late": in_rule("", "policy/until", later),
    "guests of one bridge cannot reach each other": lambda r: rules(
        r,
        lambda rule: replace(rule, statements=(DROP,)) if rule.comment == "implied/bridge" else rule,
    ),
    "a pair of an isolated network has the chain of another pair": lambda r: elements(
        r,
        "forward_pairs",
        lambda e: (
            replace(e, data=VerdictStatement(VerdictKind.GOTO, "forward_net-data_net-data"))
            if e.data == VerdictStatement(VerdictKind.GOTO, "forward_net-shut_net-data")
            else e
        ),
    ),
    "a forward is missing in its DNAT map": lambda r: elements(
        r, "dnat_eth0_ipv4_all_tcp_port", lambda e: None if e.comment == "forward/http" else e
    ),
    "a forward leads to another guest": lambda r: elements(r, "dnat_eth0_ipv4_all_tcp_port", retargeted),
    "a forward leads to another port": lambda r: elements(
        r, "dnat_eth0_ipv6_all_tcp_port", lambda e: retargeted(e, 80)
    ),
    "a shifted range sends every port to the first inside port": lambda r: elements(
        r, "dnat_eth0_ipv4_all_tcp_sender-port", lambda e: retargeted(e, 8000)
    ),
    "a range of ports is one too long": lambda r: elements(r, "dnat_eth0_ipv4_all_udp_range", shifted),
    "a forward does not look up its senders": lambda r: rules(
        r,
        lambda rule: statements(
            rule,
            lambda s: (
                TranslateBy(s.family, (Field.IP_DADDR, Field.IP_DADDR, Field.DPORT), s.map)
                if isinstance(s, TranslateBy) and s.map == "dnat_eth0_ipv4_all_tcp_sender-port"
                else s
            ),
        ),
        "dnat_eth0_ipv4",
    ),
    "a forward for a zone also applies to senders of the site": lambda r: rules(
        r, lambda rule: statements(rule, lambda s: None if isinstance(s, Lookup) and s.negated else s), "dnat_eth1_ipv4"
    ),
    "a forward for a zone is missing": lambda r: elements(r, "dnat_eth0_ipv4_outside_open_internet_tcp_port", gone),
    "packets from another uplink skip a forward": deaf("dnat_eth1_ipv4", "_eth0_"),
    "packets from another uplink skip a forward without hairpin": deaf("dnat_eth1_ipv6", "eth0_ipv6_out"),
    "a forward is accepted only from the zones of its uplinks": lambda r: rules(
        r, lambda x: None if "set='forwards_net-web" in repr(x) else x, "forward_zone-backbone_net-web"
    ),
    "a forward never expires": in_rule("dnat_eth0_ipv4", "forward/soon", only(Until)),
    "a rule of a forward translates to the wrong address": in_rule("dnat_eth0_ipv4", "forward/soon", elsewhere),
    "a forward is not accepted after its translation": lambda r: elements(r, "forwards_net-web_ipv4_tcp", gone),
    "all translated packets are accepted": lambda r: rules(
        r,
        lambda rule: statements(rule, lambda s: None if isinstance(s, Lookup) and Field.IP6_DADDR in s.fields else s),
        "forward_zone-internet_net-shut",
    ),
    "the rules of forwards accept packets that were not translated": lambda r: rules(
        r,
        lambda rule: statements(rule, without_match(Field.CT_STATUS)),
    ),
    "the rules of forwards accept packets whose prefix was translated": lambda r: rules(
        r, lambda rule: statements(rule, lambda s: None if isinstance(s, Lookup) and s.set == "mirrors_net-shut" else s)
    ),
    "packets from guests skip DNAT in IPv4": lambda r: elements(
        r,
        "dnat_ingress",
        lambda e: None if isinstance(e.data, VerdictStatement) and e.data.chain == "dnat-inside_ipv4" else e,
    ),
    "packets that the host itself sends skip DNAT in IPv4": lambda r: drop_rule(r, "nat_output", 0),
    "hairpin traffic is not masqueraded": lambda r: without_rules(r, "implied/hairpin"),
    "the hairpin rule masquerades packets to every interface": lambda r: rules(
        r,
        lambda rule: statements(rule, without_match(Field.OIFNAME)) if rule.comment == "implied/hairpin" else rule,
    ),
    "a translation of the source is missing": lambda r: without_rules(r, "nat/web", "snat_eth0"),
    "the source is translated between the site's networks": lambda r: drop_rule(r, "snat_eth1", 0),
    "the source is translated before the exception for a host": lambda r: swap_rules(r, "snat_eth1", -1, -2),
    "a source is masqueraded instead of translated to a fixed address": in_rule("snat_eth0", "nat/web", masqueraded),
    "a source is translated to another address": in_rule("snat_eth0", "nat/web", elsewhere),
    "a prefix is translated to the wrong prefix": in_rule("snat_eth0", "nat/shut", unshifted),
    "incoming packets are translated to the wrong prefix": in_rule("dnat_eth0_ipv6", "nat/shut", unshifted),
    "packets from a bridge with a forged source pass": lambda r: drop_rule(r, "raw_bridge", -1),
    "packets whose source has no return route pass": lambda r: rules(
        r, lambda rule: statements(rule, lambda s: None if s == DROP else s), "raw_uplink"
    ),
    "bogus senders pass": lambda r: elements(r, "bogon_ipv6", gone),
    "packets from an uplink with a local source pass": lambda r: elements(
        r, "bogon_ipv4", lambda e: None if e.key == (parse_prefix("10.1.0.0/24"),) else e
    ),
    "senders without an address are dropped": lambda r: drop_rule(r, "raw_bridge", 0),
    "link-local senders are dropped": lambda r: drop_rule(r, "raw_bridge", 1),
    "DHCP is dropped": lambda r: without_rules(r, "implied/dhcp", "input_net-web"),
    "DNS is dropped": lambda r: without_rules(r, "implied/dns"),
    "DHCP is accepted from any port": lambda r: rules(
        r,
        lambda rule: (
            statements(rule, lambda s: None if isinstance(s, Match) and Field.SPORT in s.fields else s)
            if rule.comment == "implied/dhcp"
            else rule
        ),
        "input_net-web",
    ),
    "router solicitations are dropped": lambda r: without_rules(r, "implied/rs"),
    "neighbour discovery is accepted from beyond a router": lambda r: rules(
        r,
        lambda rule: statements(rule, without_match(Field.HOP_LIMIT)),
    ),
    "ICMPv6 errors are dropped": lambda r: without_rules(r, "implied/icmpv6"),
    "listener reports are dropped": lambda r: without_rules(r, "implied/mld"),
    "a condition is negated": lambda r: rules(r, negated((Field.IP_DADDR,)), "forward_net-data_net-web"),
    "two rules are swapped": lambda r: swap_rules(r, "forward_net-web_net-web", 1, -1),
}
