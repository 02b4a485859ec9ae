"""The lab detects faults: for each ruleset broken by hand, the flow that the fault affects disagrees with the plan."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from tests.lab.proof import Proof
from tests.support import needs

from taploom.lab import probe, ruleset, upkeep
from taploom.lab.build import RunningSite
from taploom.lab.session import Lab
from taploom.lab.wait import settle

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter")

HAIRPIN = '\t\tiifname "br-front" oifname "br-front" ct status dnat counter masquerade comment "implied/hairpin"\n'
DENY4 = "\t\tmeta l4proto tcp ip saddr . ip daddr . th dport @deny_net-front_zone-internet_ipv4_tcp drop\n"
OUT6 = '\t\tip6 saddr fd00:1::/64 counter accept comment "policy/out"\n'
SNAT4 = '\t\tip saddr 10.1.0.0/24 counter snat ip to 203.0.113.2 comment "nat/front"\n'
OUTPUT = "\t\tmeta nfproto ipv4 goto dnat-inside_ipv4\n"
RA = " counter name drop_spoof drop\n\t\tmeta l4proto udp th sport 547 counter"
MAC = "\t\tiifname . ether saddr != @bind_mac counter name drop_spoof drop\n"
ARP = "\t\tiifname . arp saddr ip @bind_ipv4 accept\n"
DROP = "\t\tcounter name drop_forward drop\n"
INPUT = "\t\tcounter name drop_input drop\n"
ESTABLISHED = 'ct state established,related accept comment "implied/established"'
RANGE = "10.1.0.0/24 . 10.2.0.10 . 5432-5433"

TRIES = 10
"""Maximum number of attempts to lose a datagram; each attempt replaces the ruleset sixty times."""
BROKEN = {
    "no-hairpin": (HAIRPIN, "", "b 10.1.0.11 -> hv 203.0.113.2 tcp/80", "drop"),
    "other-target": (": 10.1.0.10 . 80", ": 10.1.0.11 . 80", "-> hv 203.0.113.2 tcp/80", "refused"),
    "shifted-wrongly": (
        "10.1.0.11 . 9003",
        "10.1.0.11 . 9000",
        "-> hv 203.0.113.2 tcp/8003",
        "allow, but at 10.1.0.11 tcp/9000",
    ),
    "off-by-one": (RANGE, RANGE.replace("5433", "5434"), "-> db 10.2.0.10 tcp/5434", "allow"),
    "range-too-short": (RANGE, RANGE.replace("5432-5433", "5432"), "-> db 10.2.0.10 tcp/5433", "drop"),
    "no-deny": (DENY4, "", "-> internet 198.18.0.7 tcp/25", "allow"),
    "one-family": (OUT6, "", "-> internet 2001:2::7 ping", "drop"),
    "no-source-nat": (SNAT4, "", "a 10.1.0.10 -> internet", "allow, but from 10.1.0.10"),
    "accept-at-the-end": (DROP, "\t\taccept\n", "-> db 10.2.0.10 ping", "allow"),
    "open-input": (INPUT, "\t\taccept\n", "internet 198.18.0.7 -> hv 203.0.113.2 ping", "allow"),
    "host-left-out": (OUTPUT, "", "hv -> hv 203.0.113.2 tcp/80", None),
    "swapped-pair": ("goto input_net-vault", "goto input_zone-internet", "db 10.2.0.10 -> hv 10.2.0.1 tcp/22", "drop"),
    "any-mac": (MAC, "", "on front: ipv4 from an unused MAC", "allow"),
    "any-arp": (ARP, "\t\taccept\n", "on front: ARP as the gateway 10.1.0.1", "allow"),
    "rogue-router": (
        RA,
        " accept\n\t\tmeta l4proto udp th sport 547 counter",
        "on front: a router advertisement",
        "allow",
    ),
}
"""Faults by name: text of the ruleset, its replacement, the flow that must disagree, its observed outcome or None."""


@pytest.fixture(scope="module")
def proof() -> Iterator[Proof]:
    with Lab() as lab:
        yield Proof(lab)


def test_the_unbroken_ruleset_agrees(proof: Proof) -> None:
    assert proof.settled.failed == ()
    assert proof.disagreements() == {}


def test_no_packet_is_lost_while_the_ruleset_is_replaced(proof: Proof) -> None:
    rows = list(upkeep.under_load(proof.site, proof.asked))
    assert [row for row in rows if not row.ok] == []
    assert {row.observed for row in rows} == {"stays", "none lost"}


def test_the_lab_detects_a_ruleset_that_loses_packets_while_it_is_replaced(
    proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the ruleset is replaced, the old set loses its elements microseconds before the new set has its own.

    Only datagrams that arrive in between are lost. A busy machine sends few, so the test repeats until one is lost.
    """
    text = proof.site.ruleset("hv")
    gaps = text.replace(ESTABLISHED, "ct state vmap { established : accept, related : accept }")
    assert gaps != text
    monkeypatch.setattr(RunningSite, "ruleset", lambda _site, _host: gaps)
    monkeypatch.setattr(upkeep, "RELOADS", 60)
    monkeypatch.setattr(upkeep, "PACE", 0.05)
    try:
        tries = (list(upkeep.under_load(proof.site, proof.asked)) for _ in range(TRIES))
        found = any(" lost" in row.observed and "internet" in row.flow for rows in tries for row in rows)
    finally:
        ruleset.load(proof.site.hosts["hv"], text)
    assert found


@pytest.mark.parametrize("name", BROKEN)
def test_the_lab_detects_a_broken_ruleset(proof: Proof, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new, flow, observed = BROKEN[name]
    text = proof.site.ruleset("hv")
    assert old in text
    monkeypatch.setattr(probe, "TRIES", 2)
    ruleset.load(proof.site.hosts["hv"], text.replace(old, new))
    try:
        found = proof.disagreements()
    finally:
        ruleset.load(proof.site.hosts["hv"], text)
    assert {seen for said, seen in found.items() if flow in said}, found
    assert observed is None or observed in {seen for said, seen in found.items() if flow in said}, found


def test_a_missing_address_is_reported_with_the_log_of_networkd(proof: Proof) -> None:
    machine = proof.site.guests["b"]
    machine.ip("addr del 10.1.0.11/24 dev eth0")
    begun = time.monotonic()
    outcome, _ = settle(proof.site, patience=1.0)
    assert time.monotonic() - begun < 10
    row, route = outcome.failed
    assert (route.flow, route.observed) == ("guest/b ipv4 default route", "missing"), (
        "the kernel removes the route together with the address"
    )
    assert (row.flow, row.expected, row.observed) == ("guest/b front ipv4", "10.1.0.11/24", "no address")
    assert "eth0: DHCPv4 address 10.1.0.11/24" in row.detail
