"""The chains that judge packets between two sides of a host.

Order within a chain: denies, allows, forwards, drop. A packet of a forward is recognised by its translated destination:
only the DNAT rules of `lower.dnat` translate to it, and they have already checked the interface, the sender and the
date.
"""

from collections.abc import Sequence

from taploom.backends.nftables.fields import Field, daddr, saddr
from taploom.backends.nftables.idents import ident, side
from taploom.backends.nftables.lower import sinks
from taploom.backends.nftables.lower.forward_targets import Targets, targets
from taploom.backends.nftables.lower.idioms import ACCEPT, REMOTE, SITE, goto, implied, of_family
from taploom.backends.nftables.lower.part import ChainRules, TablePart, together
from taploom.backends.nftables.lower.terms import judged
from taploom.backends.nftables.tree import (
    Chain,
    Lookup,
    Match,
    Rule,
)
from taploom.backends.nftables.values import Range
from taploom.base.address import FAMILIES
from taploom.base.frozen import dataclass
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, remote_behind
from taploom.plan.policy import Action, Side, SideKind, Term

DISCOVERY = Rule(
    (Match((Field.HOP_LIMIT,), ((Range(255, 255),),)), Match((Field.ICMPV6_TYPE,), ((Range(133, 137),),)), ACCEPT),
    "implied/nd",
    implied("nd"),
)
"""Router and neighbour discovery (RFC 4861): a packet with hop limit 255 was never routed."""


@dataclass(frozen=True, slots=True)
class HostPolicy:
    """A host with its terms and targets by side, so that no chain needs a search through all terms."""

    host: Host
    terms: dict[tuple[Side, Side], list[Term]]
    targets: tuple[Targets, ...]

    def rules(self, ingress: Side, egress: Side) -> ChainRules:
        """Denies, allows and forwards from one side to another."""
        name = (side(ingress), side(egress))
        found = self.terms.get((ingress, egress), [])
        refused = judged(self.host, name, found, Action.DENY)
        granted = judged(self.host, name, found, Action.ALLOW)
        rules = (*refused.rules, *granted.rules, *self.forwards(ingress, egress))
        return ChainRules(rules, (*refused.sets, *granted.sets), (*refused.limits, *granted.limits))

    def forwards(self, ingress: Side, egress: Side) -> tuple[Rule, ...]:
        """The rules that accept packets of forwards from one side to another."""
        here = [t for t in self.targets if egress == Side(SideKind.BRIDGE, t.network) and t.reached_from(ingress)]
        return tuple(rule for found in here for rule in found.rules(self.host))


def policy(host: Host) -> HostPolicy:
    """Groups the terms of a host by their sides."""
    terms: dict[tuple[Side, Side], list[Term]] = {}
    for term in host.terms:
        terms.setdefault((term.ingress, term.egress), []).append(term)
    return HostPolicy(host, terms, targets(host))


def chain_name(ingress: Side, egress: Side) -> str:
    """The name of the chain that judges packets from one side to the other."""
    return ident("forward", side(ingress), side(egress))


def pair(known: HostPolicy, ingress: Side, egress: Side) -> TablePart:
    """The chains from one side to another, and for remote networks behind outside sides; empty chains are left out."""
    if ingress == egress and ingress.kind is SideKind.BRIDGE:
        return _within(known, ingress)
    host, remote = known.host, Side(SideKind.REMOTE, ingress.name)
    near, behind = _by_receiver(known, ingress, egress)
    if ingress.kind is not SideKind.OUTSIDE:
        return together([_part(host, chain_name(ingress, egress), near), behind]) if near.rules else TablePart()
    far, beyond = (
        _by_receiver(known, remote, egress) if remote_behind(host, ingress.name) else (ChainRules(), TablePart())
    )
    if not near.rules and not far.rules:
        return TablePart()
    there = chain_name(remote, egress)
    apart = incoming(host, there if far.rules else sinks.FORWARD, sinks.FORWARD)
    first = _part(host, chain_name(ingress, egress), ChainRules((*apart, *near.rules), near.sets, near.limits))
    return together([first, behind, *([_part(host, there, far)] if far.rules else ()), beyond])


def _by_receiver(known: HostPolicy, ingress: Side, egress: Side) -> tuple[ChainRules, TablePart]:
    """The rules between two sides, and the chain for packets that leave by an uplink for the site's remote networks."""
    direct = known.rules(ingress, egress)
    if egress.kind is not SideKind.OUTSIDE:
        return direct, TablePart()
    host, remote = known.host, Side(SideKind.REMOTE, egress.name)
    beyond = known.rules(ingress, remote) if remote_behind(host, egress.name) else ChainRules()
    if not direct.rules and not beyond.rules:
        return ChainRules(), TablePart()
    there = chain_name(ingress, remote)
    apart = _outgoing(host, there if beyond.rules else sinks.FORWARD)
    judged_here = ChainRules((*apart, *direct.rules), direct.sets, direct.limits)
    return judged_here, _part(host, there, beyond) if beyond.rules else TablePart()


def _within(known: HostPolicy, end: Side) -> TablePart:
    """The chain for packets from a bridge to the same bridge: routed ones, and bridged ones if br_netfilter is on."""
    here = next(each for each in inside(known.host) if each.network == end.name)
    refused = judged(known.host, (side(end), side(end)), known.terms.get((end, end), []), Action.DENY)
    free = () if here.isolated else (Rule((ACCEPT,), "implied/bridge", here.origin),)
    passes = free or known.forwards(end, end)
    if not passes:
        return TablePart()
    seen = () if here.isolated else (DISCOVERY,)
    found = ChainRules((*seen, *refused.rules, *passes), refused.sets, refused.limits)
    return _part(known.host, chain_name(end, end), found)


def _part(host: Host, name: str, found: ChainRules) -> TablePart:
    done = found.rules[-1].statements == (ACCEPT,)
    rules = found.rules if done else (*found.rules, Rule((goto(sinks.FORWARD),), "", host.origin))
    return TablePart((Chain(name, rules, None, host.origin),), found.sets, found.limits)


def incoming(host: Host, remote: str, nowhere: str) -> tuple[Rule, ...]:
    """Rules for packets from an uplink whose source is in a remote network, or in a local one (never legitimate).

    Args:
        host: the host.
        remote: chain for the remote networks.
        nowhere: chain for packets with a source of a local network.
    """
    return _apart(host, remote, nowhere, [saddr(family) for family in FAMILIES])


def _outgoing(host: Host, remote: str) -> tuple[Rule, ...]:
    return _apart(host, remote, sinks.FORWARD, [daddr(family) for family in FAMILIES])


def _apart(host: Host, remote: str, nowhere: str, fields: Sequence[Field]) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    for family, field in zip(FAMILIES, fields, strict=True):
        site, far = of_family(host.site_prefixes, family), of_family(host.remote_prefixes, family)
        if far:
            rules.append(Rule((Lookup((field,), ident(REMOTE, family.key)), goto(remote)), "", host.origin))
        if any(not any(prefix in other for other in far) for prefix in site):
            rules.append(Rule((Lookup((field,), ident(SITE, family.key)), goto(nowhere)), "", host.origin))
    return tuple(rules)
