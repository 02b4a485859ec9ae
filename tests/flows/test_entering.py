"""Compares the lab's oracle with the intent, for packets that enter a host through an uplink.

Three parts of taploom compute separately which senders an uplink accepts: the oracle follows the plan's routes address
by address, the intent uses spans, and the passes, whose plan becomes the ruleset, use prefixes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.diff.test_pairs import Asked
from tests.flows.sites import rich
from tests.properties.lines import DEVICE
from tests.properties.made_up import Tree, sites
from tests.properties.texts import text
from tests.sites import compiled

from taploom.backends.nftables import ruleset
from taploom.base.address import Address, Family
from taploom.base.protocol import NUMBERS
from taploom.flows.algebra.diagram import Node
from taploom.flows.packets.packet import DESTINATION, HOP_LIMIT, PORT, PROTOCOL, SENDER_PORT, SOURCE
from taploom.flows.proof.compare import Witnesses, witnesses
from taploom.flows.proof.packet_path import MapContext
from taploom.lab.atlas import NowhereError, UnclearError
from taploom.lab.oracle import FirstPacket
from taploom.plan.host import Fixed, Host
from taploom.plan.interfaces import HostInterface, outside
from taploom.plan.site import Plan

CASES = sorted((Path(__file__).parents[1] / "cases").glob("senders-*.yaml"))
many = settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)


def differing(plan: Plan) -> tuple[list[str], int]:
    """Packets about which oracle and intent disagree, and the number of packets compared."""
    asked, wrong, count = Asked.of(plan), [], 0
    for pair in witnesses(plan, ruleset):
        for uplink in outside(pair.host):
            for packet in _packets(asked, pair.host, pair.family):
                said = _said(asked, pair.host, uplink, packet)
                if said is not None:
                    count += 1
                    meant = _meant(asked, pair, uplink, packet)
                    wrong += [] if said == meant else [f"{pair.host.name} by {uplink.device} {packet}: {said}, {meant}"]
    return wrong, count


def _packets(asked: Asked, host: Host, family: Family) -> Iterator[FirstPacket]:
    """Packets from every address outside the host to the host and its guests, at common and forwarded ports."""
    ground = asked.ground
    senders = {a for (guest, _, _), a in ground.nics.items() if asked.oracle.atlas.guests[guest].host != host.name}
    senders |= {a for (other, _, _), a in ground.uplinks.items() if other != host.name}
    senders |= set(_outside(asked, host))
    targets = {a for (guest, _, _), a in ground.nics.items() if asked.oracle.atlas.guests[guest].host == host.name}
    targets |= {a for (name, _, _), a in ground.uplinks.items() if name == host.name}
    targets |= {own.address for b in host.bridges for own in (b.ipv4, b.ipv6) if own}
    ports = {("tcp", 22), ("tcp", 443), ("udp", 53), *((x.protocol, x.first) for x in host.dnat_entries)}
    for source in sorted(a for a in senders if a.family is family):
        for to in sorted(a for a in targets if a.family is family):
            for protocol, port in sorted(ports):
                if protocol in ("tcp", "udp"):
                    yield FirstPacket(source, to, "tcp" if protocol == "tcp" else "udp", port)


def _outside(asked: Asked, host: Host) -> Iterator[Address]:
    """Addresses beyond the uplinks, and two addresses in each prefix that a link or a route of the host leads to."""
    for world in asked.oracle.atlas.beyond.values():
        yield from (address for address, _ in world.addresses)
    links = (s.interface.prefix for u in host.uplinks for s in (u.ipv4, u.ipv6) if isinstance(s, Fixed))
    for prefix in (*links, *(route.to for route in host.routes)):
        offsets = {min(max(prefix.size - 2, 0), 9), prefix.size // 2 + prefix.size // 8}
        found = (prefix.first + offset for offset in offsets)
        yield from (address for address in found if not asked.oracle.atlas.is_local(host, address))


def _said(asked: Asked, host: Host, uplink: HostInterface, packet: FirstPacket) -> bool | None:
    try:
        return asked.oracle.arriving(host, uplink, packet).allowed
    except (NowhereError, UnclearError):
        return None


def _meant(asked: Asked, pair: Witnesses, uplink: HostInterface, packet: FirstPacket) -> bool:
    forwarding = pair.forwarding
    learned = {
        asked.oracle.atlas.uplink_address(pair.host, name, pair.family): v for name, v in forwarding.learned.items()
    }
    to = learned.get(packet.to, packet.to.value)
    way = None if forwarding.egress(to) else asked.oracle.atlas.way(pair.host, packet.to).uplink
    diagram = pair.intent.outcome(MapContext(uplink.device, way.device if way else None))
    point = [0] * len(pair.manager.sizes)
    point[SOURCE], point[DESTINATION], point[PORT] = packet.source.value, to, packet.port
    point[PROTOCOL], point[SENDER_PORT], point[HOP_LIMIT] = NUMBERS[packet.protocol], 40000, 64
    while isinstance(diagram, Node):
        at = next(n for n, last in enumerate(diagram.ends) if point[diagram.level] <= last)
        diagram = diagram.children[at]
    return diagram.answer.verdict == "allow"


def test_two_hosts_with_two_uplinks() -> None:
    wrong, count = differing(rich())
    assert wrong == []
    assert count > 500


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_cases(case: Path) -> None:
    wrong, count = differing(compiled(case.read_text(encoding="utf-8")).plan)
    assert wrong == []
    assert count > 30


@many
@given(sites().filter(lambda site: any(DEVICE in host["uplinks"] for host in site["hosts"].values())))
def test_random_sites(site: Tree) -> None:
    assert differing(compiled(text(site)).plan)[0] == []
