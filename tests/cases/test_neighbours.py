"""A deny between neighbours of one bridge: the denied guest still sends replies, even over reloads of the ruleset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.lab.proof import Proof
from tests.support import needs

from taploom.lab import ruleset, upkeep
from taploom.lab.session import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter"), pytest.mark.kernel]

FENCE = (Path(__file__).parent / "fence.yaml").read_text(encoding="utf-8")
BOTH = FENCE.replace("ipv4: 10.9.0.1/24", "ipv4: 10.9.0.1/24, ipv6: fd00:9::1/64").replace(
    "guests:", "guests:\n  c: {host: hv, nics: {vms: {}}}"
)
"""The case in both families, with a third guest that no deny covers."""


@pytest.fixture(scope="module", params=["fence", "both"])
def proof(request: pytest.FixtureRequest) -> Iterator[Proof]:
    with Lab() as lab:
        yield Proof(lab, {"fence": FENCE, "both": BOTH}[request.param])


def test_a_denied_guest_may_reply_but_not_send_first(proof: Proof) -> None:
    assert proof.disagreements() == {}
    verdicts = {(q.source.machine, q.to.machine, q.verdict.allowed) for q in proof.asked if q.packet.protocol == "udp"}
    assert {("guest/a", "guest/b", False), ("guest/b", "guest/a", True)} <= verdicts


def test_replies_of_a_denied_guest_pass_while_the_ruleset_is_replaced(proof: Proof) -> None:
    rows = [row for row in upkeep.under_load(proof.site, proof.asked) if "answers" in row.flow]
    (network,) = proof.atlas.plan.networks
    assert len(rows) == len([own for own in (network.ipv4, network.ipv6) if own])
    assert {row.observed for row in rows} == {"none lost"}


def test_the_lab_detects_replies_lost_with_the_table(proof: Proof, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ruleset deletes the table `taploom-memory` instead of flushing it, so the kernel forgets the requests."""
    text = proof.site.ruleset("hv")
    forgets = text.replace("flush table bridge taploom-memory", "delete table bridge taploom-memory")
    assert forgets != text
    monkeypatch.setattr(type(proof.site), "ruleset", lambda _site, _host: forgets)
    try:
        rows = [row for row in upkeep.under_load(proof.site, proof.asked) if "answers" in row.flow]
    finally:
        ruleset.load(proof.site.hosts["hv"], text)
    assert rows
    assert all(row.observed.endswith(" lost") for row in rows)


def test_without_a_deny_the_memory_table_is_removed(proof: Proof) -> None:
    """When the deny returns, the ruleset creates the table again."""
    text = proof.site.ruleset("hv")
    machine = proof.site.hosts["hv"]
    start, end = text.index("table bridge taploom-memory"), text.index("table inet taploom")
    without = f"{text[:start]}table bridge taploom-memory\ndelete table bridge taploom-memory\n{text[end:]}"
    for loaded, there in ((without, False), (text, True)):
        ruleset.load(machine, loaded)
        assert ("bridge taploom-memory" in ruleset.tables(machine)) is there
