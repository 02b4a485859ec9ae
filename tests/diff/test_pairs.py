"""Compares the flow difference of every change with the lab's oracle, which judges single packets under both plans.

The oracle follows a packet through the plan hop by hop and shares no code with the flow difference; other tests compare
the oracle with a kernel. The packets go from every kind of address to every kind (guests, the host's addresses, outside
addresses), and to every port of an entry and its adjacent ports. Nothing is sampled at random. The difference reports
flows per host, so the test judges each host of a site alone and treats the other hosts as outside addresses.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

import pytest
from tests.diff.site import CASES, Case, plans
from tests.diff.test_relation import MOVED, both_held

from taploom.base.address import FAMILIES, Address, Family, in_family
from taploom.base.protocol import NUMBERS
from taploom.diff.flows import compare_flows
from taploom.diff.verdicts import Region, VerdictChange
from taploom.flows.algebra.spans import Spans, holds
from taploom.lab.atlas import Atlas, NowhereError, UnclearError
from taploom.lab.ground import Ground
from taploom.lab.oracle import FirstPacket, Oracle, Prediction, Protocol
from taploom.lab.outside import beyond
from taploom.plan.guest import Mode
from taploom.plan.host import Fixed
from taploom.plan.site import Plan

PORTS = (21, 22, 25, 26, 53, 80, 442, 443, 444, 5431, 5432, 5433, 6432, 8443, 9000, 47001)
NO_HOST = Prediction(False, "absent", "", FirstPacket(Address(Family.IPV4, 0), Address(Family.IPV4, 0), "icmp", 0))
"""Verdict for a host that is missing in a plan."""


@dataclass(frozen=True)
class Asked:
    """One plan and the oracle that predicts packets under it."""

    plan: Plan
    oracle: Oracle

    @classmethod
    def of(cls, plan: Plan, others: Iterable[Address] = ()) -> Asked:
        found = {
            one.zone: replace(one, strangers=(*one.strangers, *((address, "another host") for address in others)))
            for one in beyond(plan)
        }
        ground = Ground()
        for one in found.values():
            for link in one.links:
                for host, uplink in link.uplinks:
                    side = next(u for h in plan.hosts if h.name == host for u in h.uplinks if u.name == uplink)
                    for family, own, served in (
                        (Family.IPV4, side.ipv4, link.dhcp), (Family.IPV6, side.ipv6, link.ra)
                    ):  # fmt: skip
                        if isinstance(own, Fixed):
                            ground.uplinks[host, uplink, family] = own.interface.address
                        elif served:
                            ground.uplinks[host, uplink, family] = served.prefix.first + 100
        pools = {bridge.network: bridge.dhcp for host in plan.hosts for bridge in host.bridges if bridge.dhcp}
        for guest in plan.guests:
            for nic in guest.nics:
                for family, at in ((Family.IPV4, nic.ipv4), (Family.IPV6, nic.ipv6)):
                    leased = pools[nic.network].first + 20 if at.mode is Mode.DHCP else None
                    address = at.address or leased
                    if address:
                        ground.nics[guest.name, nic.network, family] = address
        return cls(plan, Oracle(Atlas(plan, ground, found), int(time.time())))

    @property
    def ground(self) -> Ground:
        return self.oracle.atlas.ground

    def senders(self, family: Family) -> Iterator[tuple[str, Address]]:
        """Source addresses, each with the host's interface on which its packets arrive."""
        for (name, network, of), address in self.ground.nics.items():
            if of is family:
                guest = next(guest for guest in self.plan.guests if guest.name == name)
                yield next(nic.bridge for nic in guest.nics if nic.network == network), address
        for zone, found in self.oracle.atlas.beyond.items():
            uplink = next(u.name for host in self.plan.hosts for u in host.uplinks if u.zone == zone)
            yield from ((uplink, address) for address, _ in found.addresses if address.family is family)

    def targets(self, family: Family) -> Iterator[Address]:
        yield from (address for _, address in self.senders(family))
        yield from (address for (_, _, of), address in self.ground.uplinks.items() if of is family)
        for host in self.plan.hosts:
            for bridge in host.bridges:
                own = in_family(bridge, family)
                yield from (own.address,) if own else ()

    def verdict(self, ingress: str, packet: FirstPacket) -> Prediction | None:
        """Predicts the outcome of a packet; None if no machine sends it, or if nobody can observe the outcome."""
        uplinks = {u.name: u.zone for host in self.plan.hosts for u in host.uplinks}
        try:
            if ingress in uplinks:
                return self.oracle.from_zone(uplinks[ingress], packet)
            for (name, network, _), address in self.ground.nics.items():
                guest = self.oracle.atlas.guests[name]
                nic = next(nic for nic in guest.nics if nic.network == network)
                if (nic.bridge, address) == (ingress, packet.source):
                    return self.oracle.from_guest(guest, nic, packet)
        except (NowhereError, UnclearError):
            return None
        return None


def packets(sides: tuple[Asked, ...], family: Family) -> Iterator[tuple[str, FirstPacket]]:
    """A packet from every sender to every target of the given plans, for every service."""
    senders = sorted({one for side in sides for one in side.senders(family)})
    targets = sorted({one for side in sides for one in side.targets(family)})
    services: list[tuple[Protocol, int]] = [
        ("icmp", 0),
        ("udp", 53),
        ("udp", 47001),
        *(("tcp", port) for port in PORTS),
    ]
    for (ingress, source), to, (protocol, port) in product(senders, targets, services):
        if source != to:
            yield ingress, FirstPacket(source, to, protocol, port)


def within(region: Region, ingress: str, packet: FirstPacket, learned: set[Address]) -> bool:
    def inside(spans: Spans | None, value: int) -> bool:
        return spans is None or holds(spans, value)

    family = packet.family
    protocol = NUMBERS[packet.protocol if packet.protocol != "icmp" or family is Family.IPV4 else "icmpv6"]
    port = packet.service.first
    to = 1 << family.bits if packet.to in learned else packet.to.value
    return (
        (region.ingress, region.family) == (ingress, family)
        and holds(region.destinations, to)
        and holds(region.sources, packet.source.value)
        and any(inside(protocols, protocol) and inside(ports, port) for protocols, ports in region.services)
        and inside(region.sender_ports, 40000)
        and inside(region.hop_limits, 64)
    )


def alone(plan: Plan, name: str, others: Iterable[Address]) -> Asked | None:
    """The part of a plan for one host and its guests; `others` are outside addresses. None if the host is missing."""
    here = tuple(host for host in plan.hosts if host.name == name)
    guests = tuple(guest for guest in plan.guests if guest.host == name)
    return Asked.of(replace(plan, hosts=here, guests=guests), others) if here else None


def _others(plan: Plan, name: str) -> Iterator[Address]:
    for host in plan.hosts:
        sides = (side for uplink in host.uplinks for side in (uplink.ipv4, uplink.ipv6))
        yield from (side.interface.address for side in sides if isinstance(side, Fixed) and host.name != name)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_flow_changes_agree_with_the_oracle_for_every_pair_of_classes(case: Case) -> None:
    before, after = plans(case)
    moved = MOVED.get(case.name, {})
    flows = compare_flows(before, after, moved)
    held = both_held(before, after, moved)
    others_now = {one for one in held[0].keys() & held[1].keys() if held[0][one] != held[1][one]}
    own = [{one for one, who in each.items() if who.startswith("host/")} for each in held]
    names = sorted({host.name for plan in (before, after) for host in plan.hosts})
    wrong, counted = [], 0
    for name in names:
        others = sorted({*_others(before, name), *_others(after, name)})
        sides = (alone(before, name, others), alone(after, name, others))
        known = tuple(side for side in sides if side)
        learned = _learned(known)
        here = [(one.change, region) for one in flows for region in one.regions if region.host == name]
        for family in FAMILIES:
            for ingress, packet in packets(known, family):
                old, new = (side.verdict(ingress, packet) if side else NO_HOST for side in sides)
                reported = {turn for turn, region in here if within(region, ingress, packet, learned)}
                counted += old is not None and new is not None
                ends = {packet.source, packet.to}
                old, new = (
                    NO_HOST if ends & own[1 - side] - held[side].keys() else found
                    for side, found in enumerate((old, new))
                )
                right = _right_of_others if others_now & ends else _right
                if not right(reported, old, new):
                    wrong.append((name, ingress, packet, reported, old, new))
    assert wrong == []
    assert counted > 500 * len(names)


def _right_of_others(reported: set[VerdictChange], old: Prediction | None, new: Prediction | None) -> bool:
    """Whether the report is right for an address with a new owner: flows of the old owner end, new ones begin."""
    lost, got = (bool(verdict and verdict.allowed) for verdict in (old, new))
    return reported == {turn for turn, it_is in ((VerdictChange.BLOCKED, lost), (VerdictChange.ALLOWED, got)) if it_is}


def _learned(sides: tuple[Asked, ...]) -> set[Address]:
    found = set()
    for side in sides:
        for host in side.plan.hosts:
            for uplink in host.uplinks:
                for family, own in ((Family.IPV4, uplink.ipv4), (Family.IPV6, uplink.ipv6)):
                    if own is not None and not isinstance(own, Fixed):
                        found.add(side.ground.uplinks[host.name, uplink.name, family])
    return found


def _right(reported: set[VerdictChange], old: Prediction | None, new: Prediction | None) -> bool:
    if old is None or new is None:  # in one plan nothing sends the packet, or its outcome is unknown
        return True
    if old.allowed != new.allowed:
        return reported == {VerdictChange.ALLOWED if new.allowed else VerdictChange.BLOCKED}
    if not old.allowed:
        return not reported
    rewritten = old.packet != new.packet
    return reported <= {VerdictChange.REDECIDED} and (not rewritten or bool(reported))
