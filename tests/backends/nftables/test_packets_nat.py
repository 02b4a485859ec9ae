"""Packets through variants of translation: fixed addresses, prefixes, port ranges, senders, expiry, and no hairpin."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.backends.nftables.made import INTERNET, MICROVM, dnat_entry, nat, tcp, term, with_dnat_entries, with_terms
from tests.backends.nftables.stage import (
    HOST4,
    HOST6,
    OUTER6,
    ROUTER4,
    ROUTER6,
    WEB4,
    WEB6,
    Flow,
    Stage,
    host,
    static,
)
from tests.support import needs

from taploom.base.address import parse_prefix
from taploom.plan.policy import NatKind

pytestmark = [needs("root", "nft", "ip", "unshare", "nsenter"), pytest.mark.kernel]
A, B, DB = "http-reverse-proxy", "https-reverse-proxy", "db"
A4, A6 = "10.0.0.10", "fd12:3456:789a::10"
NET4, NET6 = "10.0.0.0/24", "fd12:3456:789a::/64"
PAST, FUTURE = 1_600_000_000, 4_000_000_000


def test_uplinks_with_fixed_addresses_use_them_for_snat_and_forwards(stage: Stage) -> None:
    nats = (nat("microvm", NET4, NatKind.SNAT, HOST4), nat("microvm", NET6, NatKind.SNAT, HOST6))
    stage.play(replace(host(), uplinks=static(), nat=nats))
    stage.ask(
        Flow(A, "tcp", WEB4, 443, server="internet", peer=HOST4),
        Flow(A, "udp", WEB6, 53, server="internet", peer=HOST6),
        Flow("internet", "tcp", HOST4, 80, server=A, peer=ROUTER4),
        Flow("internet", "tcp", HOST6, 80, server=A, peer=ROUTER6),
        Flow(B, "tcp", HOST4, 80, server=A, peer="10.0.0.1"),
        Flow(DB, "tcp", HOST6, 80, server=A, peer="fd12:3456:789b::20"),
        Flow("hypervisor", "tcp", HOST4, 80, server=A),
        Flow("hypervisor", "tcp", "10.0.0.1", 80, server="hypervisor"),
    )


def test_a_prefix_is_translated_one_to_one_both_ways(stage: Stage) -> None:
    plan = with_terms(
        term("in", (INTERNET, MICROVM), "", A6, tcp(8080)),
        nat=(nat("microvm", NET6, NatKind.PREFIX, OUTER6),),
    )
    stage.play(plan)
    stage.ask(
        Flow(A, "tcp", WEB6, 443, server="internet", peer="2001:db8:77::10"),
        Flow(B, "udp", WEB6, 53, server="internet", peer="2001:db8:77::11"),
        Flow("internet", "tcp", "2001:db8:77::10", 8080, server=A, peer=ROUTER6),
        Flow("internet", "tcp", "2001:db8:77::11", 8080),
        # A forward does not admit packets to the translated address of its target, although the port matches.
        Flow("internet", "tcp", "2001:db8:77::10", 80),
        Flow("internet", "tcp", HOST6, 80, server=A),
    )


def test_an_address_of_the_host_inside_an_outer_prefix_is_not_translated(stage: Stage) -> None:
    stage.play(replace(host(), nat=(nat("microvm", NET6, NatKind.PREFIX, "2001:db8:1::/64"),)))
    stage.ask(Flow("internet", "tcp", HOST6, 22, server="hypervisor"), Flow("internet", "tcp", HOST6, 80, server=A))


@pytest.mark.parametrize("fixed", [False, True])
def test_port_ranges_are_forwarded_in_order_shifted_or_not(stage: Stage, fixed: bool) -> None:
    dnat_entries = (
        dnat_entry("kept", (9000, 9002), A4, 9000),
        dnat_entry("shifted", (7000, 7002), A4, 9000),
        dnat_entry("moved", 1234, A4, 2222),
        dnat_entry("media", (5000, 5001), A4, 5000, protocol="udp"),
        dnat_entry("kept", (9000, 9001), A6, 9000),
    )
    stage.play(with_dnat_entries(*dnat_entries, fixed=fixed))
    stage.ask(
        *(Flow("internet", "tcp", HOST4, port, server=A) for port in (9000, 9001, 9002, 7000, 7001, 7002, 1234)),
        *(Flow(B, "tcp", HOST4, port, server=A, peer="10.0.0.1") for port in (9002, 7001, 1234)),
        Flow("internet", "udp", HOST4, 5001, server=A),
        Flow("internet", "tcp", HOST6, 9001, server=A),
        Flow("internet", "tcp", HOST6, 9002),
        Flow("internet", "tcp", HOST4, 7003),
        Flow("internet", "tcp", HOST4, 2222),
    )


def test_a_shifted_range_maps_each_port_to_its_target(stage: Stage) -> None:
    stage.play(with_dnat_entries(dnat_entry("shifted", (7000, 7002), A4, 8079)))
    stage.ask(
        Flow("internet", "tcp", HOST4, 7000, silence="refused"),
        Flow("internet", "tcp", HOST4, 7001, server=A),
        Flow("internet", "tcp", HOST4, 7002, server=A),
    )


@pytest.mark.parametrize("fixed", [False, True])
def test_a_forward_with_senders_admits_only_those(stage: Stage, fixed: bool) -> None:
    office = (parse_prefix("198.51.100.0/24"), parse_prefix("10.1.0.0/24"))
    dnat_entries = (
        dnat_entry("office", 8080, A4, 80, sources=office),
        dnat_entry("media", (9000, 9001), A4, 9000, sources=office),
        dnat_entry("open", 8081, A4, 80, sources=(parse_prefix("10.1.0.0/24"),), outside=("internet",)),
    )
    stage.play(with_dnat_entries(*dnat_entries, fixed=fixed))
    stage.ask(
        Flow("internet", "tcp", HOST4, 8080, source=WEB4, server=A, peer=WEB4),
        Flow("internet", "tcp", HOST4, 9001, source=WEB4, server=A, peer=WEB4),
        Flow("internet", "tcp", HOST4, 8081, source=WEB4, server=A, peer=WEB4),
        Flow("internet", "tcp", HOST4, 8081, server=A, peer=ROUTER4),
        Flow(DB, "tcp", HOST4, 8080, server=A),
        Flow(DB, "tcp", HOST4, 8081, server=A),
        Flow("internet", "tcp", HOST4, 8080),
        Flow("internet", "tcp", HOST4, 9000),
        Flow(B, "tcp", HOST4, 8080),
        Flow(B, "tcp", HOST4, 8081),
        Flow("internet", "tcp", HOST4, 80),
    )


@pytest.mark.parametrize("fixed", [False, True])
def test_without_hairpin_a_forward_admits_only_packets_from_the_uplink(stage: Stage, fixed: bool) -> None:
    dnat_entries = (dnat_entry("web", 80, A4, 80, hairpin=False), dnat_entry("alt", 8080, A4, 8080))
    stage.play(with_dnat_entries(*dnat_entries, fixed=fixed))
    stage.ask(
        Flow("internet", "tcp", HOST4, 80, server=A),
        Flow("internet", "tcp", HOST4, 8080, server=A),
        Flow(B, "tcp", HOST4, 80),
        Flow(DB, "tcp", HOST4, 80),
        Flow(B, "tcp", HOST4, 8080, server=A),
        Flow("hypervisor", "tcp", HOST4, 80, server="hypervisor"),
        Flow("hypervisor", "tcp", HOST4, 8080, server=A),
    )


@pytest.mark.parametrize("fixed", [False, True])
def test_a_forward_ends_when_it_expires(stage: Stage, fixed: bool) -> None:
    dnat_entries = (
        dnat_entry("was", 80, A4, 80, expires=PAST),
        dnat_entry("is", 8080, A4, 80, expires=FUTURE),
        dnat_entry("is", (7000, 7001), A6, 8080, expires=FUTURE, sources=(parse_prefix("2001:db8:f::/48"),)),
    )
    stage.play(with_dnat_entries(*dnat_entries, fixed=fixed))
    stage.ask(
        Flow("internet", "tcp", HOST4, 80),
        Flow("internet", "tcp", HOST4, 8080, server=A),
        Flow(B, "tcp", HOST4, 8080, server=A, peer="10.0.0.1"),
        Flow("internet", "tcp", HOST6, 7001, source=WEB6, server=A),
        Flow("internet", "tcp", HOST6, 7001),
    )


def test_packets_between_networks_of_the_site_are_not_translated(stage: Stage) -> None:
    plan = with_terms(
        term("db", (MICROVM, replace(MICROVM, name="dmz")), NET4, "10.1.0.20", tcp(80)),
        nat=(nat("microvm", NET4, NatKind.MASQUERADE),),
    )
    stage.play(plan)
    stage.ask(
        Flow(A, "tcp", "10.1.0.20", 80, server=DB, peer=A4), Flow(A, "tcp", WEB4, 80, server="internet", peer=HOST4)
    )
