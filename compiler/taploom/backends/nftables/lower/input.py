"""Rules for packets to the host itself, if taploom manages the host's input.

This is our only base chain with the policy `drop`: a host with `input: managed` has no other input filter. Replies and
errors come first, then packets that every link needs (RFC 4890), then packets of services that, by the spec, the host
offers on its networks or uses on its uplinks, then the terms of the side that the packet comes from. Ping is not
essential: a policy entry has to allow it.
"""

from collections.abc import Iterator

from taploom.backends.nftables.fields import Field, Type
from taploom.backends.nftables.idents import ident, side
from taploom.backends.nftables.lower import sinks
from taploom.backends.nftables.lower.essentials import client_rules, essentials, served
from taploom.backends.nftables.lower.idioms import ACCEPT, devices, goto, implied, networks, on, zones
from taploom.backends.nftables.lower.pairs import HostPolicy, incoming
from taploom.backends.nftables.lower.part import ChainRules, TablePart, together
from taploom.backends.nftables.tree import (
    Base,
    Chain,
    Dispatch,
    Element,
    Rule,
    Set,
    VerdictKind,
)
from taploom.backends.nftables.values import Iface, Word
from taploom.plan.host import Host, Input
from taploom.plan.interfaces import inside, outside, remote_behind
from taploom.plan.policy import Side, SideKind

_SELF = Side(SideKind.SELF)
_INGRESS = ident("input", "ingress")


def input_(known: HostPolicy) -> TablePart:
    """The input hook with a chain for each side; nothing if another firewall filters the host's input."""
    host = known.host
    if host.input is Input.FOREIGN:
        return TablePart()
    sides = [
        *(Side(SideKind.BRIDGE, network) for network in networks(host)),
        *(Side(SideKind.OUTSIDE, zone) for zone in zones(host)),
    ]
    elements = {
        name: Element((Iface(name),), goto(_name(end)), "", host.origin) for end in sides for name in devices(host, end)
    }
    ordered = tuple(elements[name] for name in sorted(elements))
    ingress = Set(_INGRESS, (Type.IFACE,), ordered, verdicts=True, origin=host.origin)
    fixed = (
        _base(host, tuple(elements)),
        sinks.sink(sinks.INPUT, "input", host.origin, sinks.noise(host.origin)),
        sinks.invalid(host.origin),
    )
    others = known.rules(Side(SideKind.OTHER), _SELF)
    chains = [_chain(host, Side(SideKind.OTHER), others), *(part for end in sides for part in _side(known, end))]
    return together([TablePart(fixed, (ingress,) if ordered else ()), *chains])


def _name(end: Side) -> str:
    return ident("input", side(end))


def _base(host: Host, known: tuple[str, ...]) -> Chain:
    origin = host.origin
    established = on(Field.CT_STATE, Word("established"), Word("related"))
    rules = [
        Rule((established, ACCEPT), "implied/established", implied("established")),
        Rule((on(Field.CT_STATE, Word("invalid")), goto(sinks.INVALID)), "", origin),
        Rule((on(Field.IIFNAME, Iface("lo")), ACCEPT), "implied/loopback", implied("loopback")),
        *essentials(),
    ]
    if known:
        rules.append(Rule((Dispatch((Field.IIFNAME,), _INGRESS),), "", origin))
    # While the table is replaced, look-ups in the map miss; a known interface must not be taken for an unknown one.
    rules += (Rule((on(Field.IIFNAME, Iface(name)), goto(sinks.INPUT)), "", origin) for name in sorted(known))
    rules.append(Rule((goto(_name(Side(SideKind.OTHER))),), "", origin))
    return Chain("input", tuple(rules), Base("filter", "input", "filter", VerdictKind.DROP), origin)


def _side(known: HostPolicy, end: Side) -> Iterator[TablePart]:
    """The chain of a side, and the chain of the remote networks behind the same uplinks."""
    host = known.host
    found = known.rules(end, _SELF)
    if end.kind is SideKind.BRIDGE:
        here = next(each for each in inside(host) if each.network == end.name)
        yield _chain(host, end, ChainRules((*served(here), *found.rules), found.sets, found.limits))
        return
    remote = Side(SideKind.REMOTE, end.name)
    beyond = known.rules(remote, _SELF) if remote_behind(host, end.name) else ChainRules()
    client = tuple(rule for each in outside(host) if each.zone == end.name for rule in client_rules(each))
    apart = incoming(host, _name(remote) if beyond.rules else sinks.INPUT, sinks.INPUT)
    yield _chain(host, end, ChainRules((*client, *apart, *found.rules), found.sets, found.limits))
    if beyond.rules:
        yield _chain(host, remote, beyond)


def _chain(host: Host, end: Side, found: ChainRules) -> TablePart:
    rules = (*found.rules, Rule((goto(sinks.INPUT),), "", host.origin))
    return TablePart((Chain(_name(end), rules, None, host.origin),), found.sets, found.limits)
