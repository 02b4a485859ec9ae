"""ICMP types that can open a connection: compares taploom's table with the connection tracking of a real kernel."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.sites import NOW, compiled
from tests.support import needs

from taploom.base.address import Family
from taploom.flows.reach.endpoints import end_of, services_of
from taploom.flows.reach.query import Inquiry
from taploom.plan.services import BEGINNING
from taploom.report.reach import Asked, reach_text

SEND = """
import socket, struct, sys
def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF
for family, protocol, to in ((socket.AF_INET, 1, "127.0.0.1"), (socket.AF_INET6, 58, "::1")):
    with socket.socket(family, socket.SOCK_RAW, protocol) as raw:
        for kind in range(256):
            body = struct.pack("!BBHHH", kind, 0, 0, 7000 + kind, 1) + bytes(40)
            raw.sendto(body[:2] + struct.pack("!H", checksum(body)) + body[4:], (to, 0))
"""
RULES = """
table inet seen {
  set of_icmp { type icmp_type; flags dynamic; size 512; }
  set of_icmpv6 { type icmpv6_type; flags dynamic; size 512; }
  chain output {
    type filter hook output priority 0;
    ct state invalid meta l4proto icmp update @of_icmp { icmp type }
    ct state invalid meta l4proto icmpv6 update @of_icmpv6 { icmpv6 type }
  }
}
"""
SITE = """
taploom: 1
networks:
  lan: {ipv4: 10.0.0.1/24, ipv6: "fd12:3456:789a::1/64"}
  dmz: {ipv4: 10.0.1.1/24, ipv6: "fd12:3456:789a:1::1/64"}
hosts:
  hv: {networks: {lan: {}, dmz: {}}}
policy:
  turn: {from: lan, to: dmz, allow: [icmp/redirect, icmpv6/nd-redirect, ping]}
"""


@needs("root", "nft", "ip", "unshare")
@pytest.mark.kernel
def test_the_kernel_treats_all_other_icmp_types_as_invalid() -> None:
    script = 'ip link set lo up && nft -f - <<<"$1" && "$2" -c "$3" && nft -n -j list ruleset'
    command = ["unshare", "--net", "bash", "-c", script, "bash", RULES, sys.executable, SEND]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    sets = [entry["set"] for entry in json.loads(done.stdout)["nftables"] if "set" in entry]
    invalid = {found["name"].removeprefix("of_"): set(found.get("elem", ())) for found in sets}
    younger = {151, 152}  # older kernels treat these as invalid too
    assert invalid["icmp"] == set(range(256)) - BEGINNING["icmp"]
    assert invalid["icmpv6"] - younger == set(range(256)) - BEGINNING["icmpv6"]


@pytest.mark.parametrize(("service", "noted"), [("icmp/redirect", True), ("icmpv6/137", True), ("ping", False)])
def test_reach_notes_that_a_message_without_a_connection_is_invalid(service: str, noted: bool) -> None:
    inquiry = Inquiry(compiled(SITE).plan, NOW)
    names = inquiry.index
    replies = inquiry.ask(end_of(names, "lan"), end_of(names, "dmz"), services_of(names, service))
    text = reach_text(Asked("lan", "dmz", service, inquiry, replies))
    assert {reply.family for reply in replies if reply.allowed} <= set(Family)
    assert ("cannot begin one, and alone it is invalid" in text) is noted
