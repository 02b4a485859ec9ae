"""Guests of one bridge among themselves: apart where the network is isolated, else all but what the policy denies.

Bridges have no connection tracking in every kernel, so what answers is told otherwise: TCP by its flags, as only
an opening segment can begin a connection; ICMP by its types; the rest by remembering who sent first.
"""

from collections.abc import Iterator

from netloom.backends.nftables.fields import Field, Type, address_type, daddr, icmp, saddr
from netloom.backends.nftables.idents import ident, side
from netloom.backends.nftables.lower.essentials import ERRORS4, ERRORS6
from netloom.backends.nftables.lower.frame import ACCEPT, drop, goto, on, own
from netloom.backends.nftables.lower.pairs import DISCOVERY, Policy
from netloom.backends.nftables.lower.part import Judged, Part
from netloom.backends.nftables.lower.ports import port_set
from netloom.backends.nftables.lower.terms import judged
from netloom.backends.nftables.tree import (
    Chain,
    Learn,
    Lookup,
    Match,
    Rule,
    Set,
    TcpFlags,
)
from netloom.backends.nftables.values import Range, Word
from netloom.base.address import FAMILIES, Family, Prefix
from netloom.base.frozen import dataclass
from netloom.plan.host import Bridge, Host
from netloom.plan.policy import Action, Side, SideKind, Term

_ISOLATED = ident("ports", "isolated")
_MEMORY = 180
"""Seconds that a datagram is remembered: as the kernel's connection tracking does for UDP that goes both ways."""
_ANSWERS = {Family.IPV4: (ERRORS4, Range(0, 0)), Family.IPV6: (ERRORS6, Range(129, 129))}
_SYMMETRIC = (Word("udp"), Word("udplite"), Word("sctp"), Word("dccp"))


def isolation(host: Host) -> Judged:
    """No frame goes from one port of an isolated bridge to another; what the host routes is not asked here."""
    ports = port_set(_ISOLATED, (bridge for bridge in host.bridges if bridge.isolated), host.origin)
    if ports is None:
        return Judged()
    both = (Lookup((Field.IIFNAME,), _ISOLATED), Lookup((Field.OIFNAME,), _ISOLATED))
    return Judged((drop(_DROPPED, *both, origin=host.origin),), (ports,))


_DROPPED = ident("drop", "isolated")


@dataclass(frozen=True, slots=True)
class Refusals:
    """Rules of the forward hook that lead to the chains of `part`."""

    rules: tuple[Rule, ...]
    part: Part


def refusals(known: Policy) -> Refusals:
    """The denies between guests of one bridge, where it is not isolated anyway."""
    rules: list[Rule] = []
    chains: list[Chain] = []
    sets: list[Set] = []
    for bridge in known.host.bridges:
        end = Side(SideKind.BRIDGE, bridge.network)
        terms = [t for t in known.terms.get((end, end), []) if t.action is Action.DENY and not bridge.isolated]
        for family in FAMILIES:
            chosen, interface = [t for t in terms if t.family is family], own(bridge, family)
            if chosen and interface:
                chain, found = _chain(known.host, bridge, family, chosen)
                rules.append(_within(family, interface.prefix, chain))
                chains.append(chain)
                sets += found
    return Refusals(tuple(rules), Part(tuple(chains), tuple(sets)))


def _within(family: Family, prefix: Prefix, chain: Chain) -> Rule:
    return Rule((on(saddr(family), prefix), on(daddr(family), prefix), goto(chain.name)), "", chain.origin)


def _chain(host: Host, bridge: Bridge, family: Family, terms: list[Term]) -> tuple[Chain, tuple[Set, ...]]:
    """Answers, denies, and a note of who sent what passes."""
    here = side(Side(SideKind.BRIDGE, bridge.network))
    name, memory = ident("deny", here, family.key), ident("seen", here, family.key)
    refused = judged(host, (here, here), terms, Action.DENY)
    ends, ports = (saddr(family), daddr(family)), (Field.SPORT, Field.DPORT)
    back = (*reversed(ends), Field.L4PROTO, *reversed(ports))
    datagram = on(Field.L4PROTO, *_SYMMETRIC)
    rules = (
        *_answers(family),
        Rule((datagram, Lookup(back, memory), ACCEPT), "implied/established", bridge.origin),
        *refused.rules,
        Rule((datagram, Learn((*ends, Field.L4PROTO, *ports), memory, _MEMORY)), "", bridge.origin),
    )
    types = (address_type(family), address_type(family), Type.PROTOCOL, Type.PORT, Type.PORT)
    seen = Set(memory, types, (), learned=_MEMORY, origin=bridge.origin)
    return Chain(name, rules, None, bridge.origin), (*refused.sets, seen)


def _answers(family: Family) -> Iterator[Rule]:
    errors, reply = _ANSWERS[family]
    if family is Family.IPV6:
        yield DISCOVERY
    yield Rule((errors, ACCEPT), "implied/icmp", DISCOVERY.origin)
    yield Rule((Match((icmp(family),), ((reply,),)), ACCEPT), "implied/established", DISCOVERY.origin)
    yield Rule((TcpFlags(("syn", "ack"), ("syn",), negated=True), ACCEPT), "implied/established", DISCOVERY.origin)
