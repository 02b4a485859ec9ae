"""Invariants of every plan, whatever the spec says: the contract between the passes and the backends.

Tests check them after each compilation. A violation is a bug in taploom, so the messages address its developers.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from taploom.base.address import FAMILIES, LINK_LOCAL, Family, Prefix, in_family
from taploom.base.names import interface_problem
from taploom.plan.host import Bridge, Host
from taploom.plan.policy import SideKind, Term
from taploom.plan.site import Plan


def violations(plan: Plan) -> Iterator[str]:
    """The invariants that a plan breaks, each as a sentence."""
    for check in _CHECKS:
        yield from check(plan)


def _sorted_by_name(plan: Plan) -> Iterator[str]:
    groups = (
        plan.zones,
        plan.networks,
        plan.addresses,
        plan.services,
        plan.hosts,
        plan.guests,
        plan.forwards,
        plan.policy,
    )
    for group in groups:
        yield from _ordered([item.name for item in group], type(group[0]).__name__ if group else "")
    for host in plan.hosts:
        yield from _ordered([uplink.name for uplink in host.uplinks], f"uplinks of {host.name}")
        yield from _ordered([bridge.network for bridge in host.bridges], f"bridges of {host.name}")
        for bridge in host.bridges:
            yield from _ordered([port.tap for port in bridge.ports], f"ports of {bridge.device}", strict=False)


def _ordered(names: list[Any], what: str, *, strict: bool = True) -> Iterator[str]:
    if names != sorted(names) or (strict and len(set(names)) != len(names)):
        yield f"{what} is not sorted, or has a name twice: {names}"


def _references(plan: Plan) -> Iterator[str]:
    networks, guests = {n.name for n in plan.networks}, {g.name for g in plan.guests}
    hosts = {host.name: host for host in plan.hosts}
    for guest in plan.guests:
        if guest.host not in hosts:
            yield f"guest {guest.name} is on no host"
        yield from (
            f"NIC {nic.network} of {guest.name} is in no network" for nic in guest.nics if nic.network not in networks
        )
        for sides in ([nic.ipv4 for nic in guest.nics], [nic.ipv6 for nic in guest.nics]):
            if sum(side.default_route for side in sides) > 1:
                yield f"guest {guest.name} has two default routes of one family"
    for host in plan.hosts:
        uplinks = {uplink.name for uplink in host.uplinks}
        for dnat_entry in host.dnat_entries:
            if dnat_entry.guest not in guests or not set(dnat_entry.uplinks) <= uplinks or not dnat_entry.uplinks:
                yield f"{dnat_entry.forward} refers to a guest or an uplink that does not exist"
        yield from (f"NAT of {nat.network} has no uplink" for nat in host.nat if nat.uplink not in uplinks)


def _ports_agree(plan: Plan) -> Iterator[str]:
    """A guest's NIC and its host's port describe the same link and must agree."""
    ports = {
        (p.guest, b.network, p.tap, p.mac, b.device, h.name) for h in plan.hosts for b in h.bridges for p in b.ports
    }
    nics = {(g.name, n.network, n.tap, n.mac, n.bridge, g.host) for g in plan.guests for n in g.nics}
    yield from (f"a NIC and a port disagree about {end}" for end in sorted(ports ^ nics))


def _interfaces(plan: Plan) -> Iterator[str]:
    for host in plan.hosts:
        names = [b.device for b in host.bridges] + [u.name for u in host.uplinks]
        names += [port.tap for bridge in host.bridges for port in bridge.ports]
        yield from (f"{host.name}: `{name}` {interface_problem(name)}" for name in names if interface_problem(name))


def _terms(plan: Plan) -> Iterator[str]:
    for host in plan.hosts:
        bridges = {bridge.network: bridge for bridge in host.bridges}
        for term in host.terms:
            for problem in _term(term, bridges):
                yield f"{host.name}, {term.entry}: {problem}"


def _term(term: Term, bridges: dict[str, Bridge]) -> Iterator[str]:
    if term.egress.kind is SideKind.OTHER or term.ingress.kind is SideKind.SELF:
        yield "no term may have this pair of sides"
    for end, prefixes in ((term.ingress, term.sources), (term.egress, term.destinations)):
        if not prefixes or not _disjoint(prefixes) or any(p.family is not term.family for p in prefixes):
            yield f"prefixes of {end.kind.value} are empty, overlap, or are of another family"
        if end.kind is SideKind.BRIDGE:
            own = _own(bridges[end.name], term.family)
            yield from (
                f"{p} lies outside {end.name}" for p in prefixes if own is None or not (p in own or p == LINK_LOCAL)
            )


def _own(bridge: Bridge, family: Family) -> Prefix | None:
    own = in_family(bridge, family)
    return own.prefix if own else None


def _disjoint(prefixes: Iterable[Prefix]) -> bool:
    ordered = sorted(prefixes, key=lambda p: (p.family, p.value, p.length))
    return all(not first.overlaps(second) for first, second in itertools.pairwise(ordered))


def _dnat_entries(plan: Plan) -> Iterator[str]:
    for host in plan.hosts:
        for dnat_entry in host.dnat_entries:
            if not (
                0 < dnat_entry.first <= dnat_entry.last <= 65535
                and 0 < dnat_entry.target_first <= dnat_entry.inside.last <= 65535
            ):
                yield f"{dnat_entry.forward} has ports out of range"
            if dnat_entry.target.family is not dnat_entry.family or dnat_entry.family not in FAMILIES:
                yield f"{dnat_entry.forward} mixes IPv4 and IPv6"


def _remotes(plan: Plan) -> Iterator[str]:
    for host in plan.hosts:
        uplinks = {uplink.name for uplink in host.uplinks}
        for found in (host.remotes, host.reverse_paths):
            prefixes = [remote.prefix for remote in found]
            if prefixes != sorted(prefixes) or not _disjoint(prefixes):
                yield f"{host.name}: remote prefixes are not sorted, or overlap"
            for remote in found:
                yield from _ordered(list(remote.uplinks), f"{host.name}: uplinks of {remote.prefix}")
                if not set(remote.uplinks) <= uplinks:
                    yield f"{host.name}: {remote.prefix} is behind an uplink that does not exist"


def _origins(plan: Plan) -> Iterator[str]:
    yield from (f"{item!r:.80} has no origin" for host in plan.hosts for item in _facts(host) if not item.origin.entry)


def _facts(host: Host) -> Iterator[Any]:
    yield from (host, *host.uplinks, *host.bridges, *host.routes, *host.nat, *host.dnat_entries, *host.terms)


_CHECKS: tuple[Callable[[Plan], Iterator[str]], ...] = (
    _sorted_by_name,
    _references,
    _ports_agree,
    _interfaces,
    _terms,
    _dnat_entries,
    _remotes,
    _origins,
)
