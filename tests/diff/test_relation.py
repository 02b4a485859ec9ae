"""Compares the flow difference of every change with separate packet maps of both plans, evaluated packet by packet.

Packets are random combinations of boundary values: the first and last address of each prefix and the adjacent ones, the
addresses of every guest and host, every port of a service and its adjacent ports.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from tests.diff.site import CASES, Case, plans
from tests.flows.points import answer_at

from taploom.base.address import FAMILIES, Address, Family, Interface, in_family
from taploom.diff.flows import compare_flows
from taploom.diff.verdicts import FlowChange, Region, VerdictChange
from taploom.flows.algebra.manager import Manager
from taploom.flows.algebra.spans import Spans, holds
from taploom.flows.packets.answer import FOREIGN, FOREIGN_INPUT, Answer, treatment
from taploom.flows.packets.clock import Clock
from taploom.flows.packets.forwarding import OTHER, SELF, Forwarding
from taploom.flows.packets.packet import sizes
from taploom.flows.proof.intent.entries import SiteEntries
from taploom.flows.proof.intent.site_index import SiteIndex
from taploom.flows.proof.intent.stages import Intent
from taploom.flows.proof.packet_path import MapContext, PacketPath, contexts
from taploom.plan.host import Fixed, Host
from taploom.plan.site import Plan

PACKETS = 1000
ABSENT = Answer("miss", "absent")
MOVED = {"guest-moved-from": {"guest/web": "guest/shop"}, "rule-moved-from": {"policy/web-db": "policy/shop-db"}}


@dataclass(frozen=True)
class Relation:
    """Packet map of one host in one family under one plan, with its own `Manager`."""

    plan: Plan
    host: Host
    family: Family

    def path(self) -> PacketPath:
        forwarding = Forwarding.of(self.host, self.family)
        clock = Clock.of(())
        manager: Manager[Answer] = Manager(sizes(self.family, len(forwarding.learned), clock.phases))
        return PacketPath(manager, forwarding, Intent(SiteEntries(SiteIndex(self.plan)), forwarding, manager, clock))


def addresses(plan: Plan, family: Family) -> Iterator[int]:
    bits = (1 << family.bits) - 1
    for network in plan.networks:
        own = in_family(network, family)
        if own:
            first, last = own.prefix.value, own.prefix.value + own.prefix.size - 1
            yield from (first - 1, first, first + 1, first + 77, last - 1, last, last + 1)
    for known in plan.addresses:
        for prefix in known.prefixes:
            if prefix.family is family:
                yield from (prefix.value - 1, prefix.value, prefix.value + prefix.size - 1, prefix.value + prefix.size)
    yield from guests(plan, family)
    for host in plan.hosts:
        for uplink in host.uplinks:
            side = in_family(uplink, family)
            if isinstance(side, Fixed):
                yield side.interface.address.value
                yield side.interface.prefix.value + side.interface.prefix.size - 1
    yield from (0, 1, bits, bits >> 1, 0x08080808 if family is Family.IPV4 else 0x2A00 << 112)


def guests(plan: Plan, family: Family) -> set[int]:
    sides = (in_family(nic, family) for guest in plan.guests for nic in guest.nics)
    return {side.address.value for side in sides if side.address}


def holders(plan: Plan, moved: Mapping[str, str]) -> dict[Address, str]:
    """Owner of each known address of guests and hosts; `moved` gives the new names of renamed objects."""
    nics = ((f"guest/{guest.name}", nic) for guest in plan.guests for nic in guest.nics)
    found = [(name, side.address) for name, nic in nics for side in (nic.ipv4, nic.ipv6) if side.address]
    for host in plan.hosts:
        found += ((f"host/{host.name}", interface.address) for interface in interfaces(host))
    return {address: moved.get(name, name) for name, address in found}


def both_held(before: Plan, after: Plan, moved: Mapping[str, str]) -> tuple[dict[Address, str], dict[Address, str]]:
    """Owners of addresses under both plans.

    If only one plan has a host, its addresses are left out, except those that a host of the other plan has too.
    """
    held = holders(before, moved), holders(after, {})
    names = [{moved.get(f"host/{host.name}", f"host/{host.name}") for host in before.hosts}]
    names.append({f"host/{host.name}" for host in after.hosts})
    for here, there, known in zip(held, reversed(held), reversed(names), strict=True):
        for address, who in [*here.items()]:
            if who.startswith("host/") and who not in known and not there.get(address, "").startswith("host/"):
                del here[address]
    return held


def interfaces(host: Host) -> Iterator[Interface]:
    """Fixed addresses of a host's uplinks and bridges, with their prefixes."""
    for uplink in host.uplinks:
        yield from (side.interface for side in (uplink.ipv4, uplink.ipv6) if isinstance(side, Fixed))
    for bridge in host.bridges:
        yield from (side for side in (bridge.ipv4, bridge.ipv6) if side)


def of_links(host: Host, family: Family) -> set[int]:
    """Addresses that belong to a link, not to a machine: IPv4 broadcast, and IPv6 subnet-router anycast."""
    known = (one.prefix for one in interfaces(host) if one.family is family)
    return {p.value + p.size - 1 if family is Family.IPV4 else p.value for p in known if p.size > 2}


def packets(before: Plan, after: Plan, family: Family, seed: str) -> Iterator[tuple[int, ...]]:
    chance = random.Random(seed)
    known = sorted({*addresses(before, family), *addresses(after, family)})
    ports = [0, 22, 25, 53, 67, 68, 79, 80, 81, 442, 443, 444, 5431, 5432, 5433, 6432, 8443, 9000, 65535]
    protocols = [1, 6, 6, 6, 17, 17, 47, 58]
    for _ in range(PACKETS):
        yield (
            chance.choice(known), chance.choice(protocols), chance.choice(ports), chance.choice(known),
            chance.choice((67, 68, 40000)), chance.choice((64, 255)), 0,
        )  # fmt: skip


def within(region: Region, context: MapContext, point: tuple[int, ...]) -> bool:
    def inside(spans: Spans | None, value: int) -> bool:
        return spans is None or holds(spans, value)

    return (
        (region.ingress, region.way) == (context.ingress, context.way or "")
        and holds(region.destinations, point[0])
        and any(inside(protocols, point[1]) and inside(ports, point[2]) for protocols, ports in region.services)
        and holds(region.sources, point[3])
        and inside(region.sender_ports, point[4])
        and inside(region.hop_limits, point[5])
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_flow_difference_is_that_of_both_packet_maps(case: Case) -> None:
    before, after = plans(case)
    names = MOVED.get(case.name, {})
    flows = compare_flows(before, after, names)
    for family in FAMILIES:
        for name in sorted({host.name for host in before.hosts} & {host.name for host in after.hosts}):
            _agrees(before, after, family, name, flows, names)


def _agrees(
    before: Plan, after: Plan, family: Family, name: str, flows: tuple[FlowChange, ...], names: dict[str, str]
) -> None:
    hosts = [next(host for host in plan.hosts if host.name == name) for plan in (before, after)]
    paths = [Relation(plan, host, family).path() for plan, host in zip((before, after), hosts, strict=True)]
    known = [set(contexts(path.forwarding)) for path in paths]
    regions = [(one.change, r) for one in flows for r in one.regions if (r.host, r.family) == (name, family)]
    held = [{a.value: who for a, who in each.items() if a.family is family} for each in both_held(before, after, names)]
    changed = {end for end in held[0].keys() | held[1].keys() if held[0].get(end) != held[1].get(end)}
    resettled = {end for end in changed if "host/" in held[0].get(end, "") + held[1].get(end, "")}
    plans, links = (before, after), [of_links(host, family) for host in hosts]
    lent = resettled | (changed & held[0].keys() & held[1].keys()) | (links[0] ^ links[1])
    asked = list(packets(before, after, family, name))
    networks = {end: [_network(p, family, end) for p in plans] for point in asked for end in (point[0], point[3])}

    def moved(end: int) -> bool:
        old, new = networks[end]
        return bool(old and new and old != new)

    for context in sorted(known[0] & known[1], key=str):
        maps = [path.outcome(context) for path in paths]
        here = [(turn, region) for turn, region in regions if region.ingress == context.ingress]
        everywhere = context.ingress not in (SELF, OTHER)
        meant = changed if everywhere else resettled
        for point in asked:
            ends = {point[0], point[3]} if context.ingress != SELF else {point[0]}
            answers = [answer_at(found, point) for found in maps]
            answers[0] = answers[0]._replace(by=names.get(answers[0].by, answers[0].by))
            for side in (0, 1):
                gone = ends & meant & held[1 - side].keys() - held[side].keys()
                gone |= ends & links[1 - side] - links[side] - held[side].keys()
                if everywhere:
                    gone |= {end for end in ends if networks[end][1 - side] and not networks[end][side]}
                if gone:
                    answers[side] = ABSENT
            reported = {turn for turn, region in here if within(region, context, point)}
            wanted = _wanted(*answers)
            if context.ingress == SELF and (point[3] in lent or moved(point[3])):
                wanted = set()  # a host never sends from an address that has another owner in either plan
            elif ends & meant & held[0].keys() & held[1].keys() or (everywhere and any(map(moved, ends))):
                wanted = _wanted(answers[0], ABSENT) | _wanted(ABSENT, answers[1])
            assert reported == wanted, (context, point, *answers)


def _network(plan: Plan, family: Family, end: int) -> str:
    """Name of the network that contains an address, or ""."""
    sides = ((n.name, in_family(n, family)) for n in plan.networks)
    known = ((name, side.prefix) for name, side in sides if side)
    return next((name for name, p in known if p.value <= end < p.value + p.size), "")


def _wanted(old: Answer, new: Answer) -> set[VerdictChange]:
    passes = (old.verdict == "allow", new.verdict == "allow")
    foreign = "absent" in (old.by, new.by) and {FOREIGN.by, FOREIGN_INPUT.by} & {old.by, new.by}
    if passes == (False, False) or foreign:
        return set()
    if passes == (True, True):
        # If several entries allow a flow, the diff may name any of them; it names a removed entry where one exists.
        same = treatment(old) == treatment(new) and old.by == new.by
        return set() if same else {VerdictChange.REDECIDED}
    return {VerdictChange.ALLOWED if passes[1] else VerdictChange.BLOCKED}
