"""Hypothesis strategy of hosts with policy, forwards, translations and guarded ports, and with hostile names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from tests import plans
from tests.backends import strategies as units

from taploom.base.address import Address, Family, Prefix, everything, in_family, parse_prefix, prefix_of
from taploom.plan.host import Bridge, Fixed, Host, Input, Port, Remote, Uplink
from taploom.plan.interfaces import remote_behind
from taploom.plan.policy import Action, DnatEntry, Limit, NatKind, Service, Side, SideKind, SourceNat, Term

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS = ("fwd", "dup", "dnat", "log", "limit", "mark", "time", "bridge", "policy", "index", "or", "table", "accept")
names = st.one_of(
    st.sampled_from(WORDS), st.builds(str.__add__, st.just("a" * 57), st.text("ab-", max_size=6)), units.names
)
ports = st.builds(lambda a, b: (min(a, b), max(a, b)), st.integers(1, 65535), st.integers(1, 65535))
services = st.one_of(
    st.builds(lambda p, span: Service(p, *span), st.sampled_from(("tcp", "udp", "sctp", "dccp", "udplite")), ports),
    st.builds(lambda n: Service("icmp", n, n), st.integers(0, 255)),
    st.builds(lambda n: Service("icmpv6", n, n), st.integers(0, 255)),
    st.sampled_from((Service("icmp", 0, 255), Service("icmpv6", 0, 255), Service("tcp", 0, 65535))),
    st.builds(
        lambda p: Service(p, 0, 65535), st.sampled_from(("ah", "esp", "gre", "ospf", "vrrp", "ipip", "pim", "igmp"))
    ),
)
limits = st.builds(
    Limit, st.integers(1, 1000), st.sampled_from(("second", "minute", "hour", "day")), st.integers(1, 99)
)
REMOTE = (parse_prefix("10.200.0.0/16"), parse_prefix("fd77::/48"))
APART = (parse_prefix("10.201.0.0/20"), parse_prefix("fd78::/61"))
"""Prefixes that a route reaches and that are not part of the site."""
moments = st.one_of(st.none(), st.integers(0, 2**33))


@st.composite
def hosts(draw: st.DrawFn) -> Host:
    """A host of `tests.backends.strategies`, with policy, forwards and translations for its ruleset."""
    base = draw(units.hosts())
    bridges = tuple(_bridge(draw, number, bridge) for number, bridge in enumerate(base.bridges))
    zones = sorted(draw(st.lists(names, min_size=3, max_size=3)))
    uplinks = tuple(replace(u, zone=zone) for u, zone in zip(base.uplinks, zones, strict=False))
    local = [i.prefix for b in bridges for i in (b.ipv4, b.ipv6) if i]
    remote = draw(st.sampled_from(((), REMOTE[:1], REMOTE)))
    known = st.sampled_from([u.name for u in uplinks]) if uplinks else st.nothing()
    behind = tuple(Remote(p, tuple(draw(st.sets(known).map(sorted)))) for p in remote)
    apart = tuple(Remote(p, tuple(draw(st.sets(known).map(sorted)))) for p in draw(st.sampled_from(((), APART))))
    host = replace(
        base, bridges=bridges, uplinks=uplinks, site_prefixes=tuple(sorted((*local, *remote))),
        remotes=behind, reverse_paths=tuple(sorted((*behind, *apart), key=lambda one: one.prefix)),
        input=draw(st.sampled_from(Input)),
    )  # fmt: skip
    terms = [t for n in range(draw(st.integers(0, 12))) if (t := _term(draw, host, n))]
    dnat_entries = [found for n in range(draw(st.integers(0, 8))) for found in _dnat_entry(draw, host, n)]
    nats = [found for bridge in bridges for found in _nat(draw, uplinks, bridge)]
    return replace(host, terms=tuple(terms), dnat_entries=tuple(dnat_entries), nat=tuple(nats))


def _bridge(draw: st.DrawFn, number: int, bridge: Bridge) -> Bridge:
    def port(n: int, old: Port) -> Port:
        four = draw(st.sampled_from((None, (), (_at(bridge.ipv4.prefix, 5 + n),)))) if bridge.ipv4 else ()
        six = draw(st.sampled_from((None, (), (_at(bridge.ipv6.prefix, 5 + n),)))) if bridge.ipv6 else ()
        return replace(old, ipv4=four, ipv6=six)

    made = tuple(port(n, old) for n, old in enumerate(bridge.ports))
    return replace(bridge, ports=made, guarded=draw(st.booleans()), serves_dns=draw(st.booleans()))


def _at(prefix: Prefix, offset: int) -> Address:
    return prefix.first + offset


def _within(draw: st.DrawFn, prefix: Prefix) -> Prefix:
    length = draw(st.integers(prefix.length, prefix.family.bits))
    offset = draw(st.integers(0, min(prefix.size - 1, 255)))
    return prefix_of(prefix.first + offset, length)


def _term(draw: st.DrawFn, host: Host, number: int) -> Term | None:
    family = draw(st.sampled_from(Family))
    entry = draw(st.sampled_from([*_sides(host), Side(SideKind.OTHER)]))
    exit_ = draw(st.sampled_from([*_sides(host), Side(SideKind.SELF)]))
    ends = [_reach(host, end, family) for end in (entry, exit_)]
    if not all(ends):
        return None
    sources, destinations = (
        tuple(sorted({_within(draw, p) if draw(st.booleans()) else p for p in prefixes[:1]})) for prefixes in ends
    )
    action = draw(st.sampled_from(Action))
    return Term(
        f"policy/{draw(names)}-{number}"[:70], action, entry, exit_, family, sources, destinations,
        tuple(sorted(draw(st.lists(services, max_size=3, unique=True)))), draw(st.booleans()),
        draw(st.one_of(st.none(), limits)) if action is Action.ALLOW else None, draw(moments), plans.origin("policy.x"),
    )  # fmt: skip


def _sides(host: Host) -> list[Side]:
    zones = sorted({uplink.zone for uplink in host.uplinks})
    found = [Side(SideKind.BRIDGE, bridge.network) for bridge in host.bridges]
    return found + [Side(kind, zone) for zone in zones for kind in (SideKind.OUTSIDE, SideKind.REMOTE)]


def _reach(host: Host, end: Side, family: Family) -> list[Prefix]:
    if end.kind is SideKind.REMOTE:
        return [p for p in remote_behind(host, end.name) if p.family is family]
    if end.kind is not SideKind.BRIDGE:
        return [everything(family)]
    (bridge,) = (b for b in host.bridges if b.network == end.name)
    interface = in_family(bridge, family)
    return [interface.prefix] if interface else []


def _dnat_entry(draw: st.DrawFn, host: Host, number: int) -> list[DnatEntry]:
    bridges = [b for b in host.bridges if b.ipv4]
    if not bridges or not host.uplinks:
        return []
    bridge = draw(st.sampled_from(bridges))
    assert bridge.ipv4
    first = draw(st.integers(1, 60000))
    length = draw(st.integers(0, 20))
    some = (parse_prefix("198.51.100.0/24"), parse_prefix("203.0.113.7"))
    sources = draw(st.sampled_from((None, (), some[:1], some)))
    return [
        DnatEntry(
            f"forward/{draw(names)}-{number}", Family.IPV4,
            tuple(sorted(draw(st.sets(st.sampled_from([u.name for u in host.uplinks]), min_size=1)))),
            draw(st.sampled_from(("tcp", "udp", "sctp"))), first, first + length, "g", bridge.network,
            _at(bridge.ipv4.prefix, 5), draw(st.sampled_from((first, first + 1, 80))), sources, draw(st.booleans()),
            draw(moments), plans.origin("forwards.x"), (host.uplinks[0].zone,) if sources is not None else (),
        )
    ]  # fmt: skip


def _nat(draw: st.DrawFn, uplinks: Sequence[Uplink], bridge: Bridge) -> list[SourceNat]:
    found = []
    for uplink in uplinks:
        for interface, known in ((bridge.ipv4, uplink.ipv4), (bridge.ipv6, uplink.ipv6)):
            if interface and known and draw(st.booleans()):
                prefix = interface.prefix
                kind, to = NatKind.MASQUERADE, None
                if isinstance(known, Fixed):
                    kind, to = NatKind.SNAT, known.interface.address.prefix
                if prefix.family is Family.IPV6 and draw(st.booleans()):
                    kind, to = NatKind.PREFIX, parse_prefix(f"2001:db8:77::/{prefix.length}")
                found.append(
                    SourceNat(bridge.network, prefix.family, prefix, uplink.name, kind, to, plans.origin("nat"))
                )
    return found
