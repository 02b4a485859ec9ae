"""Packets through variants of policy: allow, deny, rate limit, expiry, remote networks, and deny within a bridge."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.backends.nftables.made import (
    DMZ,
    INTERNET,
    MICROVM,
    OTHER,
    PING,
    REMOTE,
    SELF,
    tcp,
    term,
    udp,
    with_terms,
)
from tests.backends.nftables.stage import HOST4, HOST6, REMOTE4, REMOTE6, WEB4, WEB6, Flow, Stage, dmz, host
from tests.support import needs

from taploom.base.address import parse_prefix
from taploom.lab import ruleset
from taploom.plan.host import Input, Remote
from taploom.plan.policy import Limit

pytestmark = [needs("root", "nft", "ip", "unshare", "nsenter"), pytest.mark.kernel]
A, B, DB = "http-reverse-proxy", "https-reverse-proxy", "db"
A4, A6, B4, B6 = "10.0.0.10", "fd12:3456:789a::10", "10.0.0.11", "fd12:3456:789a::11"
DB4, DB6 = "10.1.0.20", "fd12:3456:789b::20"
NET4, NET6 = "10.0.0.0/24", "fd12:3456:789a::/64"
SERVICES: tuple[tuple[str, int], ...] = (("tcp", 80), ("tcp", 8080), ("tcp", 8081), ("udp", 53))
OTHERS: tuple[tuple[str, str, int], ...] = ((A, "tcp", 443), (A, "udp", 80), (B, "tcp", 80), (B, "icmp", 0))
PAST, FUTURE = 1_600_000_000, 4_000_000_000


def test_allows_pass_exactly_the_named_services(stage: Stage) -> None:
    stage.play(
        with_terms(
            term("web", (MICROVM, DMZ), A4, DB4, tcp(80), tcp(8080, 8081), udp(53), *PING),
            term("web", (MICROVM, DMZ), A6, DB6, tcp(80), tcp(8080, 8081), udp(53), *PING),
        )
    )
    passes = [
        Flow(A, proto, to, port, server=DB, peer=me) for to, me in ((DB4, A4), (DB6, A6)) for proto, port in SERVICES
    ]
    stage.ask(*passes, Flow(A, "icmp", DB4, server=DB), Flow(A, "icmp", DB6, server=DB))
    refused = [Flow(name, proto, to, port) for to in (DB4, DB6) for name, proto, port in OTHERS]
    stage.ask(*refused, Flow(DB, "tcp", A4, 80), Flow(DB, "icmp", A6))


def test_a_deny_beats_allows_and_forwards_in_any_order(stage: Stage) -> None:
    stage.play(
        with_terms(
            term("all", (DMZ, MICROVM), "10.1.0.0/24", NET4),
            term("all", (DMZ, MICROVM), "fd12:3456:789b::/64", NET6),
            term("zz-not", (DMZ, MICROVM), DB4, A4, tcp(80), deny=True),
            term("zz-not", (DMZ, MICROVM), DB6, A6, tcp(80), deny=True),
            term("zz-out", (INTERNET, MICROVM), "198.51.100.0/24", A4, deny=True),
        )
    )
    stage.ask(
        Flow(DB, "tcp", B4, 80, server=B, peer=DB4),
        Flow(DB, "tcp", A6, 8080, server=A, peer=DB6),
        Flow(DB, "tcp", A4, 80),
        Flow(DB, "tcp", A6, 80),
        Flow(DB, "tcp", HOST4, 80),
        Flow(DB, "tcp", HOST6, 80),
        Flow("internet", "tcp", HOST4, 80, source=WEB4),
        Flow("internet", "tcp", HOST4, 80, server=A),
        Flow("internet", "tcp", HOST6, 80, server=A, source=WEB6),
    )


def test_the_kernel_applies_the_expiry_of_terms(stage: Stage) -> None:
    stage.play(
        with_terms(
            term("was", (MICROVM, DMZ), NET4, DB4, tcp(80), expires=PAST),
            term("is", (MICROVM, DMZ), NET6, DB6, tcp(80), expires=FUTURE),
            term("not-any-more", (MICROVM, DMZ), NET6, DB6, tcp(80), expires=PAST, deny=True),
            term("not-yet-free", (MICROVM, INTERNET), NET4, "", tcp(443), expires=FUTURE, deny=True),
        )
    )
    stage.ask(Flow(A, "tcp", DB4, 80), Flow(A, "tcp", DB6, 80, server=DB), Flow(A, "tcp", WEB4, 443))


def test_above_its_limit_a_flow_is_dropped_unless_another_rule_allows_it(stage: Stage) -> None:
    slow = Limit(1, "day", 2)
    stage.play(
        with_terms(
            term("slow", (MICROVM, DMZ), NET4, DB4, tcp(80), tcp(443), limit=slow, log=True),
            term("free", (MICROVM, DMZ), B4, DB4, tcp(80)),
        )
    )
    stage.ask(Flow(A, "tcp", DB4, 80, server=DB), Flow(A, "tcp", DB4, 443, server=DB))
    stage.ask(Flow(A, "tcp", DB4, 80), Flow(A, "tcp", DB4, 443), Flow(B, "tcp", DB4, 443))
    stage.ask(Flow(B, "tcp", DB4, 80, server=DB))


def test_remote_networks_of_the_site_are_not_part_of_the_outside(stage: Stage) -> None:
    seed = host()
    remote = (parse_prefix("10.9.0.0/24"), parse_prefix("fd12:3456:9::/64"))
    elsewhere = tuple(Remote(prefix, ("eth0",)) for prefix in remote)
    far = replace(seed, site_prefixes=tuple(sorted((*seed.site_prefixes, *remote))), remotes=elsewhere)
    stage.play(
        with_terms(
            term("there", (MICROVM, REMOTE), NET4, "10.9.0.5", tcp(443)),
            term("here", (REMOTE, MICROVM), "fd12:3456:9::/64", A6, tcp(8080)),
            term("in", (REMOTE, SELF), "10.9.0.0/24", "", tcp(2222)),
            base=far,
        )
    )
    stage.ask(
        Flow(A, "tcp", REMOTE4, 443, server="internet", peer=A4),
        Flow(A, "tcp", REMOTE4, 80),
        Flow(A, "tcp", REMOTE6, 443),
        Flow(A, "tcp", WEB4, 80, server="internet", peer=HOST4),
        Flow("internet", "tcp", A6, 8080, source=REMOTE6, server=A, peer=REMOTE6),
        Flow("internet", "tcp", A6, 8080, source=WEB6),
        Flow("internet", "tcp", HOST4, 2222, source=REMOTE4, server="hypervisor"),
        Flow("internet", "tcp", HOST4, 2222, source=WEB4),
        Flow("internet", "tcp", HOST4, 80, source=REMOTE4, server=A, peer=REMOTE4),
        Flow("internet", "tcp", HOST4, 22, source=REMOTE4),
    )


def test_foreign_input_is_not_filtered(stage: Stage) -> None:
    stage.play(replace(host(), input=Input.FOREIGN))
    stage.ask(
        Flow("internet", "tcp", HOST4, 8080, server="hypervisor"),
        Flow("docker1", "icmp", "172.17.1.1", server="hypervisor"),
        Flow(A, "tcp", "10.0.0.1", 443, server="hypervisor"),
        Flow("internet", "tcp", HOST4, 80, server=A),
    )


def test_unmanaged_interfaces_have_terms_of_their_own(stage: Stage) -> None:
    stage.play(
        with_terms(
            term("strangers", (OTHER, MICROVM), "", A4, tcp(8080)),
            term("knock", (OTHER, SELF), "", HOST4, tcp(2222)),
        )
    )
    stage.ask(
        Flow("docker1", "tcp", A4, 8080, server=A, peer="172.17.1.2"),
        Flow("docker1", "tcp", A4, 80),
        Flow("internet", "tcp", A4, 8080),
        Flow(DB, "tcp", A4, 8080),
        Flow("docker1", "tcp", HOST4, 2222, server="hypervisor"),
        Flow("docker1", "tcp", "172.17.1.1", 2222),
        Flow("internet", "tcp", HOST4, 2222),
    )


@pytest.mark.parametrize("bridged", [False, True])
def test_a_deny_holds_within_a_bridge_but_lets_replies_pass(stage: Stage, bridged: bool) -> None:
    if not ruleset.filter_bridged(stage.host, on=bridged) and bridged:
        pytest.skip("this kernel has no br_netfilter")
    within = (MICROVM, MICROVM)
    stage.play(
        with_terms(
            term("apart", within, A4, B4, deny=True),
            term("apart", within, A6, B6, deny=True),
            term("no-8080", within, B4, A4, tcp(8080), udp(5000, 5001), deny=True),
        )
    )
    stage.ask(
        Flow(A, "tcp", B4, 80),
        Flow(A, "udp", B4, 53),
        Flow(A, "icmp", B4),
        Flow(A, "tcp", B6, 80),
        Flow(A, "udp", B6, 53),
        Flow(A, "icmp", B6),
        Flow(A, "tcp", HOST4, 443),
        Flow(B, "tcp", A4, 8080),
        Flow(B, "udp", A4, 5001),
        Flow(B, "tcp", A4, 80, server=A, peer=B4),
        Flow(B, "udp", A4, 53, server=A, peer=B4),
        Flow(B, "icmp", A4, server=A),
        Flow(B, "tcp", A6, 8080, server=A, peer=B6),
        Flow(B, "udp", A6, 53, server=A, peer=B6),
        Flow(B, "icmp", A6, server=A),
        Flow(A, "tcp", WEB4, 80, server="internet"),
    )
    ruleset.filter_bridged(stage.host, on=False)


def test_isolated_guests_reach_everything_except_each_other(stage: Stage) -> None:
    (microvm,) = (b for b in host().bridges if b.network == "microvm")
    stage.play(replace(host(), bridges=(dmz(), replace(microvm, isolated=True))))
    stage.ask(
        Flow(A, "tcp", B4, 80),
        Flow(A, "tcp", B6, 80),
        Flow(A, "icmp", B4),
        Flow(A, "tcp", HOST4, 443, server=B, peer="10.0.0.1"),
        Flow(B, "tcp", HOST6, 80, server=A, peer="fd12:3456:789a::1"),
        Flow(A, "tcp", "10.0.0.1", 22, server="hypervisor"),
        Flow(A, "tcp", WEB4, 443, server="internet"),
        Flow("internet", "tcp", HOST4, 443, server=B),
    )
