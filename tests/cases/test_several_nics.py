"""Guests with several NICs on a real kernel: a guest replies by the NIC at which it was contacted."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.lab.whole import seen
from tests.support import needs

pytestmark = [needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter"), pytest.mark.kernel]

HERE = Path(__file__).parent
BOTH = """\
taploom: 1
site: {name: both}
networks:
  front: {ipv4: 10.1.0.1/24, ipv6: "fd00:1::1/64", dhcp: true, ra: true}
  back:  {ipv4: 10.2.0.1/24, ipv6: "fd00:2::1/64", dhcp: true, ra: true}
  side:  {ipv4: 10.3.0.1/24, ipv6: "fd00:3::1/64"}
  ops:   {ipv4: 10.4.0.1/24, ipv6: "fd00:4::1/64"}
hosts:
  hv: {networks: {front: {}, back: {}, side: {}, ops: {}}}
guests:
  db:
    host: hv
    nics:
      front: {ipv4: dhcp, ipv6: slaac, mac: "02:00:00:00:00:01"}
      back: {ipv4: 10.2.0.10, ipv6: slaac, mac: "02:00:00:00:00:02"}
      side: {ipv4: 10.3.0.10, ipv6: "fd00:3::10", gateway: true}
  near: {host: hv, nics: {front: {ipv4: 10.1.0.20, ipv6: "fd00:1::20"}}}
  probe: {host: hv, nics: {ops: {ipv4: 10.4.0.10, ipv6: "fd00:4::10"}}}
policy:
  scrape: {from: [probe, near], to: [front, back, side], allow: tcp/9100}
  query: {from: [probe, near], to: [front, back, side], allow: udp/9100}
  push: {from: db, to: probe, allow: http}
"""


def test_a_guest_replies_by_the_nic_at_which_it_was_contacted() -> None:
    found = seen((HERE / "guest-of-two-networks.yaml").read_text(encoding="utf-8"))
    row = found["probe 10.3.0.10 -> db 10.2.0.10 tcp/9100"]
    assert (row.observed, row.decided_by) == ("allow", "policy/scrape")
    assert found["probe 10.3.0.10 -> db 10.1.0.10 tcp/9"].observed == "drop"
    assert found["probe 10.3.0.10 -> db 10.2.0.10 tcp/9099"].observed == "drop"


def test_a_guest_replies_by_the_right_nic_for_addresses_of_every_mode() -> None:
    """One sender is in another network, one on the link of another NIC; addresses are static, DHCP and SLAAC."""
    found = seen(BOTH)
    allowed = {
        (flow.split()[0], row.detail.split()[2]) for flow, row in found.items() if row.decided_by == "policy/scrape"
    }
    formed = {f"fd00:{number}::ff:fe00:{number}" for number in (1, 2)}
    fixed = {"10.2.0.10", "10.3.0.10", "fd00:3::10"}
    assert {to for sender, to in allowed if sender == "probe"} >= formed | fixed
    assert {to for sender, to in allowed if sender == "near"} >= {"10.2.0.10", "10.3.0.10", "fd00:3::10"}
    assert any(to.startswith("10.1.0.") for sender, to in allowed if sender == "probe"), "address of the pool"
    pushed = {flow.split()[1] for flow, row in found.items() if row.decided_by == "policy/push"}
    assert pushed >= formed | fixed
