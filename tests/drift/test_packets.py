"""Compares the predicted effect of a rule added by hand with real packets in the kernel.

A site runs in a lab. Each test changes a host's ruleset by hand, reads the kernel's listing, and evaluates the listing
for the first packet of each probed flow. The test thus predicts which flows differ from the plan; the probes of
exactly these flows must differ.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from tests.lab.proof import Proof
from tests.support import needs

from taploom.backends.nftables.tree import Ruleset
from taploom.base.address import FAMILIES, Family
from taploom.diff.site_pair import PrioritizedEntries
from taploom.drift.listing.tables import listed
from taploom.drift.ruleset.live import LivePair, LiveSides
from taploom.drift.ruleset.marked import Marks, marked
from taploom.flows.algebra.diagram import Diagram, Leaf, child_at
from taploom.flows.packets.answer import Answer, treatment
from taploom.flows.packets.forwarding import Forwarding
from taploom.flows.packets.packet import DESTINATION, HOP_LIMIT, LEVELS, SENDER_PORT, TIME
from taploom.flows.proof.intent.site_index import SiteIndex
from taploom.flows.proof.packet_path import MapContext, PacketPath
from taploom.lab import probe, ruleset
from taploom.lab.reading import Reading
from taploom.lab.session import Lab
from taploom.plan.guest import Guest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taploom.lab.questions import Question

pytestmark = [pytest.mark.kernel, needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter")]
OURS = "inet taploom"
BY_HAND = {
    "all TCP ports opened to guests": f"insert rule {OURS} forward_zone-internet_net-front meta l4proto tcp accept",
    "a port closed between networks": f"insert rule {OURS} forward index 1 ip daddr 10.2.0.0/24 tcp dport 5432 drop",
    "IPv6 closed on the way out": f"insert rule {OURS} forward index 1 oifname eth0 meta nfproto ipv6 drop",
    "a port range opened between two interfaces": (
        f"insert rule {OURS} forward index 1 iifname br-front oifname br-vault tcp dport 5000-6000 accept"
    ),
    "pings accepted": f"insert rule {OURS} input icmp type echo-request accept",
    "SSH to the host rejected in IPv6": f"insert rule {OURS} input index 1 ip6 saddr ::/0 tcp dport 22 reject",
    "a forward with another target": (
        f"insert rule {OURS} nat_prerouting iifname eth0 ip daddr 203.0.113.2 tcp dport 80 dnat ip to 10.1.0.11:80"
    ),
    "an element added to an allow set": (
        f"add element {OURS} allow_net-front_net-vault_ipv4_tcp {{ 10.1.0.0/24 . 10.2.0.10 . 5434 }}"
    ),
}


@pytest.fixture(scope="module")
def proof() -> Iterator[Proof]:
    with Lab() as lab:
        yield Proof(lab)


class Points(Reading):
    """A `Reading` that locates a question's first packet: by the context of a diagram and a point in that diagram."""

    def place(self, question: Question) -> tuple[MapContext, tuple[int, ...]]:
        start = self._start(question)
        point = {SENDER_PORT: 40_000, HOP_LIMIT: 64, TIME: 0} | self._point(question.packet, start)
        by_default = not Forwarding.of(start.host, question.packet.family).egress(point[DESTINATION])
        return MapContext(start.ingress, start.way if by_default else None), tuple(point[at] for at in range(LEVELS))


def answer(diagram: Diagram[Answer], point: tuple[int, ...]) -> Answer:
    while not isinstance(diagram, Leaf):
        diagram = child_at(diagram, point[diagram.level])
    return diagram.answer


def bridged(question: Question) -> bool:
    """Whether the packet stays on a bridge and therefore skips the `inet` table."""
    ends = [end.owner for end in (question.source, question.to)]
    return all(isinstance(one, tuple) and isinstance(one[0], Guest) for one in ends) and (
        ends[0][1].network == ends[1][1].network  # type: ignore[index, union-attr]
    )


def changed(proof: Proof, live: Ruleset) -> set[str]:
    """The flows whose first packet the ruleset treats differently than the plan does."""
    plan, points = proof.atlas.plan, Points(proof.atlas, int(time.time()))
    site = PrioritizedEntries(SiteIndex(plan))
    found = set()
    for family in FAMILIES:
        pair = LivePair(LiveSides(family, (site, site), {}), (plan.hosts[0],) * 2, live)
        intent = pair.intents[1]
        assert intent
        paths = [PacketPath(pair.manager, pair.forwarding, stages) for stages in (intent, pair.tables)]
        for question in _of(proof, family):
            context, point = points.place(question)
            wanted, is_ = (treatment(answer(path.outcome(context), point)) for path in paths)
            if wanted != is_:
                found.add(question.flow)
    return found


def _of(proof: Proof, family: Family) -> Iterator[Question]:
    return (one for one in proof.asked if one.packet.family is family and not bridged(one))


def live(proof: Proof) -> Ruleset:
    said = json.loads(proof.site.hosts["hv"].run("nft", "-j", "list", "ruleset"))
    return Ruleset(tuple(marked(one, Marks()) for one in listed(said)))


@pytest.mark.parametrize("name", BY_HAND)
def test_real_packets_confirm_the_prediction(proof: Proof, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "TRIES", 2)
    host = proof.site.hosts["hv"]
    host.run("nft", *BY_HAND[name].split())
    try:
        predicted = changed(proof, live(proof))
        asked = {one.flow for family in FAMILIES for one in _of(proof, family)}
        observed = proof.disagreements().keys() & asked
    finally:
        ruleset.load(host, proof.site.ruleset("hv"))
    assert predicted, "no probe depends on the change"
    assert predicted == observed


def test_real_packets_confirm_the_prediction_for_a_foreign_drop(proof: Proof, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "TRIES", 2)
    host = proof.site.hosts["hv"]
    table = "table ip filter {\n chain FORWARD {\n  type filter hook forward priority 0; policy drop;\n }\n}\n"
    ruleset.load(host, table)
    try:
        predicted = changed(proof, live(proof))
        asked = {one.flow for family in FAMILIES for one in _of(proof, family)}
        observed = proof.disagreements().keys() & asked
    finally:
        host.run("nft", "delete", "table", "ip", "filter")
    assert predicted
    assert predicted == observed
