"""Lab probes for protocols without sockets: the lab sends raw packets, and skips messages that open no connection."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sites import compiled
from tests.support import needs

from taploom.driver import rendered
from taploom.lab.datagrams import crc32c
from taploom.lab.experiment import agreement
from taploom.lab.lab_report import LabReport
from taploom.lab.session import Lab

HERE = Path(__file__).parent
SPEC = (HERE / "protocols-without-listeners.yaml").read_text()
ARRIVED = {
    "desk 10.0.0.10 -> vpn 10.1.0.10 gre": "at guest/vpn 10.1.0.10 from 10.0.0.10",
    "desk fd00:1::10 -> vpn fd00:2::10 esp": "at guest/vpn fd00:2::10 from fd00:1::10",
    "desk 10.0.0.10 -> mobile 10.1.0.11 icmp/timestamp-request": "at guest/mobile 10.1.0.11 from 10.0.0.10",
    "vpn fd00:2::10 -> desk fd00:1::10 sctp/5010": "at guest/desk fd00:1::10 from fd00:2::10",
    "internet 203.0.113.1 -> hv 203.0.113.2 sctp/38412": "at guest/mobile 10.1.0.11 sctp/2905 from 203.0.113.1",
    "desk 10.0.0.10 -> hv 10.0.0.1 ospf": "at host/hv 10.0.0.1 from 10.0.0.10",
}
DROPPED = {
    "desk 10.0.0.10 -> mobile 10.1.0.11 esp": "policy/no-esp",
    "vpn 10.1.0.10 -> desk 10.0.0.10 gre": "default",
    "vpn 10.1.0.10 -> desk 10.0.0.10 icmp/timestamp-request": "default",
    "vpn fd00:2::10 -> desk fd00:1::10 sctp/5011": "default",
}


@pytest.fixture(scope="module")
def outcome() -> LabReport:
    plan = compiled(SPEC).plan
    with Lab() as lab:
        return agreement(lab, plan, rendered(plan), lambda _: None).outcome


@pytest.mark.kernel
@needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter")
def test_packets_of_each_protocol_arrive_or_are_dropped_as_planned(outcome: LabReport) -> None:
    assert outcome.failed == ()
    rows = {row.flow: row for row in outcome.rows if row.kind == "flow"}
    assert {flow: rows[flow].detail for flow in ARRIVED} == ARRIVED
    assert {flow: (rows[flow].observed, rows[flow].decided_by) for flow in DROPPED} == {
        flow: ("drop", by) for flow, by in DROPPED.items()
    }
    assert {"policy/tunnel", "policy/out", "policy/clock", "policy/streams", "policy/admin", "forward/signal"} <= {
        row.decided_by for row in rows.values() if row.observed == "allow"
    }


@pytest.mark.kernel
@needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter")
def test_an_entry_that_no_packet_can_probe_is_listed_as_not_run(outcome: LabReport) -> None:
    (left_out,) = [one for one in outcome.not_run if one.flow == "policy/detour"]
    assert left_out.reason.startswith("the kernel drops a first packet of icmp/redirect")


def test_crc32c_has_the_standard_check_value() -> None:
    assert crc32c(b"123456789") == 0xE3069283  # the check value of CRC-32C (RFC 3720, B.4)
