"""Packets through the seed's ruleset, on a host with a second network and with networks of other tools."""

from __future__ import annotations

import pytest
from tests.backends.nftables.stage import HOST4, HOST6, ROUTER4, ROUTER6, WEB4, WEB6, Flow, Stage, host
from tests.support import needs

from taploom.lab import ruleset

pytestmark = [needs("root", "nft", "ip", "unshare", "nsenter"), pytest.mark.kernel]
HTTP, HTTPS = "http-reverse-proxy", "https-reverse-proxy"
HTTP4, HTTP6 = "10.0.0.10", "fd12:3456:789a::10"
HTTPS4, HTTPS6 = "10.0.0.11", "fd12:3456:789a::11"
FOREIGN = "table inet docker { chain c { type filter hook forward priority 0; policy accept; }; }"


@pytest.fixture(autouse=True)
def seed(stage: Stage) -> None:
    stage.play(host())


def test_guests_reach_the_outside_translated_in_both_families(stage: Stage) -> None:
    stage.ask(
        Flow(HTTP, "tcp", WEB4, 443, server="internet", peer=HOST4),
        Flow(HTTP, "udp", WEB4, 53, server="internet", peer=HOST4),
        Flow(HTTP, "icmp", WEB4, server="internet"),
        Flow(HTTP, "tcp", WEB6, 443, server="internet", peer=HOST6),
        Flow(HTTP, "udp", WEB6, 53, server="internet", peer=HOST6),
        Flow(HTTP, "icmp", WEB6, server="internet"),
    )


def test_forwards_from_outside_keep_the_source_address(stage: Stage) -> None:
    stage.ask(
        Flow("internet", "tcp", HOST4, 80, server=HTTP, peer=ROUTER4),
        Flow("internet", "tcp", HOST6, 80, server=HTTP, peer=ROUTER6),
        Flow("internet", "tcp", HOST4, 443, server=HTTPS, peer=WEB4, source=WEB4),
        Flow("internet", "tcp", HOST6, 443, server=HTTPS, peer=WEB6, source=WEB6),
    )


def test_forwards_work_from_the_host_and_from_guests_of_the_same_and_other_bridges(stage: Stage) -> None:
    stage.ask(
        Flow(HTTPS, "tcp", HOST4, 80, server=HTTP, peer="10.0.0.1"),
        Flow(HTTPS, "tcp", HOST6, 80, server=HTTP, peer="fd12:3456:789a::1"),
        Flow(HTTP, "tcp", HOST4, 80, server=HTTP, peer="10.0.0.1"),
        Flow("db", "tcp", HOST4, 80, server=HTTP, peer="10.1.0.20"),
        Flow("db", "tcp", HOST6, 443, server=HTTPS, peer="fd12:3456:789b::20"),
        Flow("hypervisor", "tcp", HOST4, 80, server=HTTP),
        Flow("hypervisor", "tcp", HOST6, 80, server=HTTP),
        Flow("hypervisor", "tcp", "10.0.0.1", 80, server="hypervisor"),
        Flow("hypervisor", "tcp", "127.0.0.1", 80, server="hypervisor"),
        Flow("hypervisor", "tcp", "::1", 443, server="hypervisor"),
    )


def test_the_host_accepts_only_ssh(stage: Stage) -> None:
    stage.ask(
        Flow("internet", "tcp", HOST4, 22, server="hypervisor"),
        Flow("internet", "tcp", HOST6, 22, server="hypervisor"),
        Flow(HTTP, "tcp", "10.0.0.1", 22, server="hypervisor"),
        Flow(HTTP, "tcp", HOST4, 22, server="hypervisor"),
        Flow("docker1", "tcp", "172.17.1.1", 22, server="hypervisor"),
        Flow("internet", "tcp", HOST4, 8080),
        Flow("internet", "udp", HOST6, 53),
        Flow("internet", "icmp", HOST4),
        Flow("internet", "icmp", HOST6),
        Flow(HTTP, "tcp", "10.0.0.1", 80),
        Flow(HTTP, "tcp", "fd12:3456:789a::1", 443),
        Flow(HTTP, "icmp", "10.0.0.1"),
        Flow("docker1", "tcp", "172.17.1.1", 80),
        Flow("docker1", "tcp", HOST4, 80),
    )


def test_all_other_packets_to_guests_are_dropped(stage: Stage) -> None:
    stage.ask(
        Flow("internet", "tcp", HTTP4, 80),
        Flow("internet", "tcp", HTTP6, 80),
        Flow("internet", "icmp", HTTP4),
        Flow("internet", "udp", HTTP6, 53),
        Flow("db", "tcp", HTTP4, 80),
        Flow("db", "tcp", HTTP6, 80),
        Flow("docker1", "tcp", HTTP4, 80),
        Flow("docker1", "tcp", HTTP6, 80),
        Flow(HTTP, "tcp", "10.1.0.20", 80),
        Flow(HTTP, "tcp", "172.17.1.2", 80),
        Flow("db", "tcp", WEB4, 443),
    )


@pytest.mark.parametrize("bridged", [False, True])
def test_guests_of_one_bridge_talk_freely(stage: Stage, bridged: bool) -> None:
    if not ruleset.filter_bridged(stage.host, on=bridged) and bridged:
        pytest.skip("this kernel has no br_netfilter")
    stage.ask(
        Flow(HTTP, "tcp", HTTPS4, 8080, server=HTTPS, peer=HTTP4),
        Flow(HTTP, "tcp", HTTPS6, 8080, server=HTTPS, peer=HTTP6),
        Flow(HTTP, "icmp", HTTPS6, server=HTTPS),
        # With br_netfilter, the kernel may return a translated frame within the bridge, so the source is not checked.
        Flow(HTTPS, "tcp", HOST4, 80, server=HTTP),
        Flow(HTTPS, "tcp", HOST6, 80, server=HTTP),
    )
    ruleset.filter_bridged(stage.host, on=False)


def test_foreign_tables_stay_and_foreign_traffic_passes(stage: Stage) -> None:
    ruleset.load(stage.host, FOREIGN)
    before = ruleset.listing(stage.host)
    stage.play(host())
    assert ruleset.tables(stage.host) == {"inet docker", "inet taploom", "bridge taploom"}
    after = ruleset.listing(stage.host)
    assert sorted(kind for entry in after for kind in entry) == sorted(kind for entry in before for kind in entry)
    stage.ask(
        Flow("docker1", "tcp", "172.17.2.2", 80, server="docker2", peer="172.17.1.2"),
        Flow("docker2", "tcp", "fd17:1::2", 80, server="docker1", peer="fd17:2::2"),
        Flow("docker1", "icmp", "172.17.2.2", server="docker2"),
    )
    ruleset.load(stage.host, "delete table inet docker")


def test_established_connections_survive_a_reload(stage: Stage) -> None:
    guest = stage.agent(HTTP)
    stream = guest.hold(WEB4, 443)
    stage.play(host())
    assert guest.alive(stream)
