"""Rules for traffic between guests of one bridge: all flows pass, except those that the policy denies.

Not every kernel tracks connections on bridges, so replies are recognised in other ways: TCP by its flags, as only an
opening segment can begin a connection; ICMP by its types; other protocols by a record of which guest sent first.

This record has to outlive a load, or replies under way would be dropped. A set is deleted with its table, and
only rules of the same table can look it up. So these rules have a table of their own; a load flushes its rules and
leaves its sets. Nothing else of the previous ruleset stays: chains have the same names in every ruleset, and the
prefixes of denies are in anonymous sets, which are deleted with their rules. An existing set can only be declared with
its old size and timeout; a set with other values would need another name.
"""

from collections.abc import Iterator
from dataclasses import replace

from taploom.backends.nftables.fields import Field, Type, address_type, daddr, icmp, saddr
from taploom.backends.nftables.idents import ident
from taploom.backends.nftables.lower.essentials import ERRORS4, ERRORS6
from taploom.backends.nftables.lower.idioms import ACCEPT, goto, on
from taploom.backends.nftables.lower.pairs import DISCOVERY, HostPolicy
from taploom.backends.nftables.lower.part import TablePart, base, together
from taploom.backends.nftables.lower.terms import judged
from taploom.backends.nftables.tree import (
    Chain,
    Learn,
    Lookup,
    Match,
    Rule,
    Set,
    TcpFlags,
)
from taploom.backends.nftables.values import Range, Word
from taploom.base.address import FAMILIES, Family, Prefix, in_family
from taploom.base.frozen import dataclass
from taploom.plan.host import Host
from taploom.plan.origin import Origin
from taploom.plan.policy import Action, Side, SideKind, Term

_MEMORY = 180
"""Seconds that the record of a datagram lives; connection tracking keeps two-way UDP for 120 seconds (Linux 6.18)."""
_ANSWERS = {Family.IPV4: (ERRORS4, Range(0, 0)), Family.IPV6: (ERRORS6, Range(129, 129))}
_SYMMETRIC = (Word("udp"), Word("udplite"), Word("sctp"), Word("dccp"))


def refusals(known: HostPolicy) -> TablePart:
    """The denies between guests of one bridge; empty if there are none. An isolated bridge needs none."""
    host = known.host
    denies = [_family_denies(known, family) for family in FAMILIES]
    hook = Chain(
        "forward",
        tuple(rule for each in denies for rule in each.rules),
        base("filter", "forward", "filter"),
        host.origin,
    )
    return together([TablePart((hook,)), *(each.part for each in denies)]) if hook.rules else TablePart()


@dataclass(frozen=True, slots=True)
class _FamilyDenies:
    """The denies of one family: their chain, in `part`, and the rules of the forward hook that lead to it."""

    rules: tuple[Rule, ...]
    part: TablePart


def _family_denies(known: HostPolicy, family: Family) -> _FamilyDenies:
    """The denies of all bridges in a family; they share one chain, since the prefixes of bridges are disjoint."""
    name = ident("deny", family.key)
    within, terms = [], []
    for bridge in known.host.bridges:
        side, interface = Side(SideKind.BRIDGE, bridge.network), in_family(bridge, family)
        found = [t for t in known.terms.get((side, side), []) if t.action is Action.DENY and t.family is family]
        if found and interface and not bridge.isolated:
            within.append(_within(family, interface.prefix, name, bridge.origin))
            terms += found
    rules, sets = _chain(known.host, family, terms)
    return _FamilyDenies(tuple(within), TablePart((Chain(name, rules, None, known.host.origin),), sets))


def _within(family: Family, prefix: Prefix, chain: str, origin: Origin) -> Rule:
    return Rule((on(saddr(family), prefix), on(daddr(family), prefix), goto(chain)), "", origin)


def _chain(host: Host, family: Family, terms: list[Term]) -> tuple[tuple[Rule, ...], tuple[Set, ...]]:
    """The rules of a chain and their sets; the rules accept replies, drop denied flows and remember other flows.

    Without denies there are no rules, and the set of remembered flows stays.
    """
    refused = judged(host, ("neighbours",), terms, Action.DENY)
    memory, ends, ports = ident("seen", family.key), (saddr(family), daddr(family)), (Field.SPORT, Field.DPORT)
    back = (*reversed(ends), Field.L4PROTO, *reversed(ports))
    datagram = on(Field.L4PROTO, *_SYMMETRIC)
    rules = (
        *_answers(family),
        Rule((datagram, Lookup(back, memory), ACCEPT), "implied/established", DISCOVERY.origin),
        *refused.rules,
        Rule((datagram, Learn((*ends, Field.L4PROTO, *ports), memory, _MEMORY)), "", DISCOVERY.origin),
    )
    types = (address_type(family), address_type(family), Type.PROTOCOL, Type.PORT, Type.PORT)
    seen = Set(memory, types, (), learned=_MEMORY, origin=host.origin)
    return rules if terms else (), (*(replace(one, inline=True) for one in refused.sets), seen)


def _answers(family: Family) -> Iterator[Rule]:
    errors, reply = _ANSWERS[family]
    if family is Family.IPV6:
        yield DISCOVERY
    yield Rule((errors, ACCEPT), "implied/icmp", DISCOVERY.origin)
    yield Rule((Match((icmp(family),), ((reply,),)), ACCEPT), "implied/established", DISCOVERY.origin)
    yield Rule((TcpFlags(("syn", "ack"), ("syn",), negated=True), ACCEPT), "implied/established", DISCOVERY.origin)
