"""Compares hosts and guests with values worked out by hand: addresses, names, routes, DHCP and source NAT."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sites import Site, compiled

from taploom.base.names import interface_problem
from taploom.passes.naming import bridge_name, tap_name
from taploom.plan.guest import Nic, NicAddress
from taploom.plan.host import Bridge, Fixed, Learned

SITE = """\
taploom: 1
site: {domain: example.org, target: {systemd: 255, nixos: "24.11"}}
networks:
  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd00:0:0:1::1/64', dhcp: true, ra: true, nat: true, dns: [9.9.9.9, host]}
  dmz: {zone: servers, ipv4: 10.0.1.254/24, dhcp: {pool: 10.0.1.10-19, lease: 1h}, domain: Dmz.Example.org., mtu: 1400}
  six: {ipv6: '2001:db8:6::1/64', nat: {ipv6: '2001:db8:66::/64'}}
hosts:
  hv1:
    target: {nftables: 1.1.3}
    uplinks:
      eth0: {zone: internet, ipv4: dhcp, ipv6: ra, dns: [9.9.9.9, 2620:fe::fe, 9.9.9.9]}
      eth1: {zone: corp, ipv4: 192.0.2.10/24, gateway4: 192.0.2.1, mtu: 9000}
    networks: {lan: {taps: [vm-*, lan?]}, dmz: {bridge: servers0, create-taps: true, tap-user: kvm}, six: {}}
    routes:
      branch: {to: 10.30.0.0/16, via: 192.0.2.11, metric: 50}
      learned: {to: 2001:db8:40::/48, via: 'fe80::9'}
guests:
  web:
    host: hv1
    nics:
      lan: {ipv4: 10.0.0.10, ipv6: slaac, mac: '02:00:00:00:00:10'}
      dmz: {ipv4: dhcp, tap: web-dmz}
      six: {ipv6: '2001:db8:6::10', gateway: true}
"""
LOCK = "guest/web dmz mac 02:00:00:00:00:11\nguest/web six mac 02:00:00:00:00:12\n"


@pytest.fixture(scope="module")
def site() -> Site:
    return compiled(SITE, LOCK)


def nic(site: Site, network: str) -> Nic:
    return next(nic for nic in site.plan.guests[0].nics if nic.network == network)


def bridge(site: Site, network: str) -> Bridge:
    return next(bridge for bridge in site.plan.hosts[0].bridges if bridge.network == network)


def shown(address: NicAddress) -> str:
    return f"{address.mode.value} {address.address}/{address.length} by {address.gateway}"


def test_the_site_has_no_errors(site: Site) -> None:
    assert not site.of("TL302")
    assert [d.message for d in site.diagnostics if d.severity.value == "error" and d.code != "TL801"] == []


def test_addresses_follow_the_modes_of_nic_and_network(site: Site) -> None:
    lan, dmz, six = (nic(site, name) for name in ("lan", "dmz", "six"))
    assert shown(lan.ipv4) == "reserved 10.0.0.10/24 by 10.0.0.1"
    assert shown(lan.ipv6) == "slaac fd00::1:0:ff:fe00:10/64 by fd00:0:0:1::1"
    assert shown(dmz.ipv4) == "dhcp None/24 by 10.0.1.254"
    assert shown(dmz.ipv6) == "none None/0 by None"
    assert shown(six.ipv6) == "static 2001:db8:6::10/64 by 2001:db8:6::1"
    assert (lan.default_route, dmz.default_route, six.default_route) == (False, False, True)
    assert (lan.ra, six.ra) == (True, False)
    assert (lan.domain, dmz.domain, dmz.mtu) == ("example.org", "dmz.example.org", 1400)
    assert [str(address) for address in lan.dns] == ["9.9.9.9", "10.0.0.1", "fd00:0:0:1::1"]


def test_names_of_taps_and_bridges(site: Site) -> None:
    assert [(n.network, n.tap, n.bridge) for n in site.plan.guests[0].nics] == [
        ("dmz", "web-dmz", "servers0"),
        ("lan", "vm-web", "br-lan"),
        ("six", "vm-web-six", "br-six"),
    ]
    assert [b.taps.patterns for b in site.plan.hosts[0].bridges] == [("web-dmz",), ("lan?", "vm-*"), ("vm-web-six",)]
    dmz = bridge(site, "dmz").taps
    assert (dmz.create, dmz.user) == (True, "kvm")


def test_versions_default_from_host_to_site_to_the_oldest(site: Site) -> None:
    target = site.plan.hosts[0].target
    assert (target.systemd, target.nftables, target.nixos) == (255, (1, 1, 3), "24.11")
    assert site.plan.guests[0].target == target
    assert compiled("taploom: 1\nhosts:\n  hv1: {}\n").plan.hosts[0].target.nftables == (1, 0, 6)


def test_uplinks(site: Site) -> None:
    eth0, eth1 = site.plan.hosts[0].uplinks
    assert (eth0.ipv4, eth0.ipv6) == (Learned.DHCP, Learned.RA)
    assert [str(address) for address in eth0.dns] == ["9.9.9.9", "2620:fe::fe"]
    assert isinstance(eth1.ipv4, Fixed)
    assert (str(eth1.ipv4.interface), str(eth1.ipv4.gateway), eth1.ipv6, eth1.mtu) == (
        "192.0.2.10/24",
        "192.0.2.1",
        None,
        9000,
    )


def test_routes_use_the_link_of_their_next_hop(site: Site) -> None:
    assert [(route.name, route.device, route.metric) for route in site.plan.hosts[0].routes] == [
        ("branch", "eth1", 50),
        ("learned", "eth0", None),
    ]
    inner = "    routes:\n      inner: {to: 10.40.0.0/16, via: 10.0.1.7}\n"
    refused = compiled(SITE.replace("    routes:\n", inner), LOCK)
    assert [(route.name, route.device) for route in refused.plan.hosts[0].routes][1:2] == [("inner", "servers0")]
    assert [d.subject for d in refused.of("TL425")] == ["host/hv1"]


def test_dhcp_serves_the_named_pool_or_the_half_without_the_gateway(site: Site) -> None:
    lan, dmz = bridge(site, "lan").dhcp, bridge(site, "dmz").dhcp
    assert lan
    assert dmz
    assert (str(lan.first), str(lan.last), lan.lease) == ("10.0.0.128", "10.0.0.254", 43200)
    assert (str(dmz.first), str(dmz.last), dmz.lease) == ("10.0.1.10", "10.0.1.19", 3600)
    assert [(lease.guest, str(lease.mac), str(lease.address)) for lease in lan.leases] == [
        ("web", "02:00:00:00:00:10", "10.0.0.10")
    ]
    assert dmz.leases == ()
    high = compiled(
        "taploom: 1\nnetworks:\n  lan: {ipv4: 10.0.0.200/24, dhcp: true}\nhosts:\n  h: {networks: {lan: {}}}\n"
    )
    pool = high.plan.hosts[0].bridges[0].dhcp
    assert pool
    assert (str(pool.first), str(pool.last)) == ("10.0.0.1", "10.0.0.127")


def test_addresses_allowed_by_the_spoof_guard(site: Site) -> None:
    ports = {b.network: b.ports[0] for b in site.plan.hosts[0].bridges}
    assert ports["dmz"].ipv4 is None
    assert ports["dmz"].ipv6 == ()
    assert [str(a) for a in ports["lan"].ipv6 or ()] == ["fd00::1:0:ff:fe00:10"]


def test_source_nat_has_an_entry_for_each_uplink_with_the_family(site: Site) -> None:
    assert [(n.network, n.family.value, n.uplink, n.kind.value, str(n.to)) for n in site.plan.hosts[0].nat] == [
        ("lan", 4, "eth0", "masquerade", "None"),
        ("lan", 4, "eth1", "snat", "192.0.2.10/32"),
        ("lan", 6, "eth0", "masquerade", "None"),
        ("six", 6, "eth0", "prefix", "2001:db8:66::/64"),
    ]


def test_zones_of_the_plan(site: Site) -> None:
    assert [(zone.name, zone.networks, zone.uplinks) for zone in site.plan.zones] == [
        ("corp", (), ("hv1/eth1",)),
        ("internet", (), ("hv1/eth0",)),
        ("lan", ("lan",), ()),
        ("servers", ("dmz",), ()),
        ("six", ("six",), ()),
    ]


def test_the_default_route_uses_the_first_network_that_is_not_isolated() -> None:
    text = (
        "taploom: 1\nnetworks:\n  a: {ipv4: 10.0.0.1/24, isolated: true}\n  b: {ipv4: 10.0.1.1/24}\n"
        "hosts:\n  hv1: {networks: {a: {}, b: {}}}\nguests:\n  web: {host: hv1, nics: {a: {}, b: {}}}\n"
    )
    assert [nic.network for nic in compiled(text).plan.guests[0].nics if nic.default_route] == ["b"]
    alone = compiled(text.replace("b: {ipv4: 10.0.1.1/24}", "b: {ipv4: 10.0.1.1/24, isolated: true}"))
    assert [nic.network for nic in alone.plan.guests[0].nics if nic.default_route] == ["a"]


NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,62}", fullmatch=True)
PATTERNS = st.lists(st.from_regex(r"[a-z][a-z0-9-]{0,5}[*?]?[a-z0-9-]{0,5}[*]?", fullmatch=True), max_size=3)


@settings(deadline=None)
@given(NAMES, NAMES, PATTERNS)
def test_derived_names_are_valid_interface_names(guest: str, network: str, patterns: list[str]) -> None:
    assert interface_problem(tap_name(guest, network, tuple(patterns))) == ""
    assert interface_problem(bridge_name(network)) == ""


@settings(deadline=None)
@given(NAMES, NAMES, PATTERNS)
def test_a_tap_name_does_not_depend_on_the_order_of_patterns(guest: str, net: str, patterns: list[str]) -> None:
    assert tap_name(guest, net, tuple(patterns)) == tap_name(guest, net, tuple(reversed(patterns)))
