"""Forwarded packets: the hook, and the dispatch from pairs of interfaces to the chains of `lower.pairs`.

The policy of the base chain is `accept`, as `drop` would cut off the traffic of other tools. Only two kinds of packets
are judged, and dropped unless a rule accepts them: packets that enter or leave by a bridge of ours, and packets that
enter by one of our uplinks and leave by one of our uplinks. Rules for single interfaces, and not a set, send them to
the judging chain: while a table is replaced, look-ups in its sets miss for some microseconds, which must never mean
"accepted". Packets from uplinks take two steps: a rule for the ingress interface leads to a chain with a rule for each
egress interface, so that the number of rules grows with the uplinks and not with the pairs of uplinks.
"""

from itertools import product

from taploom.backends.nftables.fields import Field, Type
from taploom.backends.nftables.idents import ident
from taploom.backends.nftables.lower import sinks
from taploom.backends.nftables.lower.idioms import ACCEPT, devices, goto, implied, networks, on, zones
from taploom.backends.nftables.lower.pairs import HostPolicy, chain_name, pair
from taploom.backends.nftables.lower.part import TablePart, base, together
from taploom.backends.nftables.tree import (
    Chain,
    Dispatch,
    Element,
    Match,
    Rule,
    Set,
)
from taploom.backends.nftables.values import Iface, Word
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, interfaces, outside
from taploom.plan.policy import Side, SideKind

OURS, UPLINK, PAIRS = ident("forward", "ours"), ident("forward", "uplink"), ident("forward", "pairs")
SidePair = tuple[Side, Side]


def forward(known: HostPolicy) -> TablePart:
    """The forward hook, the dispatch and a chain for each pair of sides that has rules."""
    host = known.host
    if not interfaces(host):
        return TablePart()
    made = {ends: part for ends in _routes(host) if (part := pair(known, *ends)).chains}
    pairs = _pairs(host, tuple(made))
    fixed = [_base(host), _ours(host, tuple(made)), sinks.sink(sinks.FORWARD, "forward", host.origin)]
    fixed += [_uplink(host)] if outside(host) else []
    targets = tuple(one for found in known.targets for one in (*(s for _, s in found.sets), found.mirrors) if one)
    return together([TablePart((*fixed, sinks.invalid(host.origin)), (*pairs, *targets)), *made.values()])


def _routes(host: Host) -> list[SidePair]:
    """All pairs of sides that interfaces can tell apart; the chain of a pair separates REMOTE from OUTSIDE."""
    here = [Side(SideKind.BRIDGE, network) for network in networks(host)]
    ours, other = [*here, *(Side(SideKind.OUTSIDE, zone) for zone in zones(host))], Side(SideKind.OTHER)
    return [*product(ours, ours), *(ends for a in here for ends in ((a, other), (other, a)))]


def _base(host: Host) -> Chain:
    established = on(Field.CT_STATE, Word("established"), Word("related"))
    rules = [Rule((established, ACCEPT), "implied/established", implied("established"))]
    rules += [
        Rule((on(field, Iface(each.device)), goto(OURS)), "", each.origin)
        for field in (Field.IIFNAME, Field.OIFNAME)
        for each in inside(host)
    ]
    rules += [Rule((on(Field.IIFNAME, Iface(each.device)), goto(UPLINK)), "", each.origin) for each in outside(host)]
    return Chain("forward", tuple(rules), base("filter", "forward", "filter"), host.origin)


def _uplink(host: Host) -> Chain:
    """The chain for packets from an uplink that do not go to a bridge; packets that leave by an uplink are judged."""
    rules = (Rule((on(Field.OIFNAME, Iface(each.device)), goto(OURS)), "", each.origin) for each in outside(host))
    return Chain(UPLINK, tuple(rules), None, host.origin)


def _ours(host: Host, made: tuple[SidePair, ...]) -> Chain:
    """The chain for traffic to or from our bridges, and between our uplinks."""
    unknown = [ends for ends in made if SideKind.OTHER in (ends[0].kind, ends[1].kind)]
    known = len(unknown) < len(made)
    rules = [
        Rule((on(Field.CT_STATE, Word("invalid")), goto(sinks.INVALID)), "", host.origin),
        *([Rule((Dispatch((Field.IIFNAME, Field.OIFNAME), PAIRS),), "", host.origin)] if known else []),
        *(_unknown_ends(host, ingress, egress) for ingress, egress in unknown),
        Rule((goto(sinks.FORWARD),), "", host.origin),
    ]
    return Chain(OURS, tuple(rules), None, host.origin)


def _pairs(host: Host, made: tuple[SidePair, ...]) -> tuple[Set, ...]:
    """The map that leads from each pair of interfaces in the spec to the chain of their two sides."""
    elements = {
        (a, b): Element((Iface(a), Iface(b)), goto(chain_name(ingress, egress)), "", host.origin)
        for ingress, egress in made
        if SideKind.OTHER not in (ingress.kind, egress.kind)
        for a in devices(host, ingress)
        for b in devices(host, egress)
    }
    ordered = tuple(elements[ends] for ends in sorted(elements))
    return (Set(PAIRS, (Type.IFACE, Type.IFACE), ordered, verdicts=True, origin=host.origin),) if ordered else ()


def _unknown_ends(host: Host, ingress: Side, egress: Side) -> Rule:
    """The rule that leads to the chain for packets between a bridge and any interface that is not in the spec."""
    known = tuple((Iface(device),) for device in sorted(each.device for each in interfaces(host)))
    ends = ((Field.IIFNAME, ingress), (Field.OIFNAME, egress))
    matches = (
        Match((field,), known, negated=True)
        if end.kind is SideKind.OTHER
        else on(field, *map(Iface, devices(host, end)))
        for field, end in ends
    )
    return Rule((*matches, goto(chain_name(ingress, egress))), "", host.origin)
