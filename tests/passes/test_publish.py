"""Compares the DNAT entries of forwards with entries worked out by hand, one line per family, protocol and range."""

from __future__ import annotations

import pytest
from tests.passes.test_policy import line
from tests.sites import Site, compiled

from taploom.plan.policy import DnatEntry

SITE = """\
taploom: 1
addresses:
  office: [198.51.100.0/24, '2001:db8:f::/48']
networks:
  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd00:0:0:1::1/64'}
  dmz: {ipv4: 10.0.1.1/24}
hosts:
  hv1:
    uplinks:
      eth0: {zone: internet, ipv4: dhcp, ipv6: ra}
      eth1: {zone: corp, ipv4: 192.0.2.10/24}
    networks: {lan: {}, dmz: {}}
guests:
  web: {host: hv1, nics: {lan: {ipv4: 10.0.0.10, ipv6: 'fd00:0:0:1::10'}, dmz: {ipv4: 10.0.1.10}}}
"""


def shown(dnat_entry: DnatEntry) -> str:
    ports = f"{dnat_entry.first}" + (f"-{dnat_entry.last}" if dnat_entry.last > dnat_entry.first else "")
    sources = (
        "anybody" if dnat_entry.sources is None else " ".join([*map(str, dnat_entry.sources), *dnat_entry.outside])
    )
    inside = f"{dnat_entry.target} {dnat_entry.target_first}"
    return f"{'+'.join(dnat_entry.uplinks)} {dnat_entry.protocol}/{ports} > {inside}: {sources}"


def forwarded(entry: str, site: str = SITE) -> list[str]:
    return [shown(dnat_entry) for host in with_forward(entry, site).plan.hosts for dnat_entry in host.dnat_entries]


def with_forward(entry: str, site: str = SITE) -> Site:
    return compiled(f"{site}forwards:\n  it: {entry}\n")


def test_a_forward_listens_on_every_uplink_that_has_the_family() -> None:
    """The target is the guest's NIC with the default route: here, the NIC in the network whose name sorts first."""
    assert forwarded("{on: hv1, ports: tcp/443, to: web}") == ["eth0+eth1 tcp/443 > 10.0.1.10 443: anybody"]


def test_a_forward_has_the_families_of_uplink_and_guest() -> None:
    site = SITE.replace("lan: {ipv4: 10.0.0.10", "lan: {gateway: true, ipv4: 10.0.0.10")
    assert forwarded("{on: hv1, ports: tcp/443, to: guest/web}", site) == [
        "eth0+eth1 tcp/443 > 10.0.0.10 443: anybody",
        "eth0 tcp/443 > fd00:0:0:1::10 443: anybody",
    ]
    assert forwarded("{on: hv1/eth1, ports: tcp/443, to: web}", site) == ["eth1 tcp/443 > 10.0.0.10 443: anybody"]


def test_ranges_keep_their_order_after_the_first_inside_port() -> None:
    assert forwarded("{on: hv1/eth0, ports: [udp/5000-5010, tcp/80], to: web, to-port: 6000}") == [
        "eth0 tcp/80 > 10.0.1.10 6000: anybody",
        "eth0 udp/5000-5010 > 10.0.1.10 6000: anybody",
    ]


def test_a_named_service_stands_for_its_ports() -> None:
    assert forwarded("{on: hv1/eth0, ports: dns, to: web}") == [
        "eth0 tcp/53 > 10.0.1.10 53: anybody",
        "eth0 udp/53 > 10.0.1.10 53: anybody",
    ]


def test_senders_are_split_by_family() -> None:
    site = SITE.replace("lan: {ipv4: 10.0.0.10", "lan: {gateway: true, ipv4: 10.0.0.10")
    assert forwarded("{on: hv1/eth0, ports: https, to: web, from: [office, 203.0.113.7]}", site) == [
        "eth0 tcp/443 > 10.0.0.10 443: 198.51.100.0/24 203.0.113.7/32",
        "eth0 tcp/443 > fd00:0:0:1::10 443: 2001:db8:f::/48",
    ]


def test_a_zone_as_sender_stands_for_everything_beyond_its_uplink() -> None:
    assert forwarded("{on: hv1/eth1, ports: https, to: web, from: [corp, lan]}") == [
        "eth1 tcp/443 > 10.0.1.10 443: 10.0.0.0/24 corp"
    ]


def test_hosts_as_senders_stand_for_their_fixed_addresses() -> None:
    assert forwarded("{on: hv1/eth1, ports: https, to: web, from: hosts}") == [
        "eth1 tcp/443 > 10.0.1.10 443: 192.0.2.10/32"
    ]


def test_a_guest_as_sender_stands_for_its_addresses() -> None:
    site = SITE + "  pc: {host: hv1, nics: {lan: {ipv4: 10.0.0.20, ipv6: none}}}\n"
    assert forwarded("{on: hv1/eth1, ports: https, to: web, from: pc}", site) == [
        "eth1 tcp/443 > 10.0.1.10 443: 10.0.0.20/32"
    ]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{on: hv1, ports: esp, to: web}", "`esp` has no ports to forward"),
        ("{on: hv1, ports: tcp, to: web}", "`tcp` has no ports to forward"),
        ("{on: hv1, ports: any, to: web}", "a forward of all ports is not supported yet"),
        ("{on: hv1, ports: tcp/1-10, to: web, to-port: 1-5}", "`to-port` has 5 ports, and `tcp/1-10` has 10"),
        (
            "{on: hv1, ports: tcp/1-10, to: web, to-port: 65530}",
            "`to-port` would shift `tcp/1-10` to ports 65530 to 65539",
        ),
    ],
)
def test_ports_that_cannot_be_forwarded(entry: str, message: str) -> None:
    site = with_forward(entry)
    assert [d.message for d in site.of("TL602")] == [message]
    assert site.plan.hosts[0].dnat_entries == ()


def test_guests_of_other_hosts_may_use_a_forward_at_the_uplink() -> None:
    site = SITE.replace(
        "guests:",
        "  hv2:\n    uplinks: {eth0: {zone: corp, ipv4: 192.0.2.20/24}}\n    networks: {far: {}}\nguests:",
    ).replace("networks:\n", "networks:\n  far: {ipv4: 10.9.0.1/24}\n", 1)
    found = with_forward("{on: hv1/eth1, ports: [https, tcp/444], to: web}", site).plan.hosts[1]
    assert [line(term) for term in found.terms] == [
        "bridge far > remote corp: 10.9.0.0/24 > 192.0.2.10/32: tcp/443-444"
    ]
    assert found.terms[0].entry == "implied/forwards-of-hv1"
    closed = with_forward("{on: hv1/eth1, ports: https, to: web, hairpin: false}", site).plan.hosts[1]
    assert closed.terms == ()
