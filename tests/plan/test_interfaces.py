"""Compares the view of a host's interfaces with the plan; each consumer of the view covers every kind of interface."""

from dataclasses import fields, replace
from typing import Any, get_args, get_type_hints

import pytest
from tests.sites import compiled

from taploom.base.address import Family
from taploom.diagrams.union import union_of
from taploom.diff.facts import things
from taploom.plan.host import Bridge, Fixed, Host, Uplink
from taploom.plan.interfaces import Equipped, HostInterface, InterfaceKind, inside, interfaces, outside, within
from taploom.plan.site import Plan
from taploom.site.pages.compose import pages
from taploom.site.view import site_view

KINDS = get_args(InterfaceKind)
SPEC = """
taploom: 1
site: {name: kinds, target: {systemd: 257, nftables: 1.0.6, nixos: "25.11"}}
networks:
  lan: {ipv4: 10.0.0.1/24, ipv6: "fd12:3456:789a::1/64", dhcp: true, ra: true, nat: true}
  v6: {ipv6: "fd12:3456:789b::1/64", isolated: true, dns: host}
hosts:
  hv:
    uplinks:
      eth0: {zone: internet, ipv4: dhcp, ipv6: ra, metric: 2000}
      eth1: {zone: office, ipv4: 10.0.0.77/32, ipv6: "2001:db8::2/64", gateway6: "2001:db8::1", mtu: 1400}
      tun0: {zone: vpn}
    networks: {lan: {taps: vm-*}, v6: {}}
guests:
  web: {host: hv, nics: {lan: {ipv4: 10.0.0.9, mac: "02:00:00:00:00:09", ipv6: slaac}}}
"""


def plan() -> Plan:
    return compiled(SPEC).plan


def host() -> Host:
    (found,) = plan().hosts
    return found


def nothing() -> dict[str, Any]:
    """Empty values for all lists of interfaces of a host."""
    return {name: () for name in vars(Equipped) if not name.startswith("_")}


def test_interfaces_are_split_into_inside_and_outside() -> None:
    found = host()
    assert [(each.device, each.network, each.zone) for each in inside(found)] == [
        ("br-lan", "lan", "lan"), ("br-v6", "v6", "v6"),
    ]  # fmt: skip
    assert [(each.device, each.network, each.zone, each.configured) for each in outside(found)] == [
        ("eth0", "", "internet", True), ("eth1", "", "office", True), ("tun0", "", "vpn", False),
    ]  # fmt: skip
    assert interfaces(found) == (*inside(found), *outside(found))


def test_addresses_of_each_family_are_those_of_the_plan() -> None:
    found = host()
    own = {each.device: tuple(str(each.own(family)) for family in Family) for each in interfaces(found)}
    assert own == {
        "br-lan": ("10.0.0.1/24", "fd12:3456:789a::1/64"),
        "br-v6": ("None", "fd12:3456:789b::1/64"),
        "eth0": ("None", "None"),
        "eth1": ("10.0.0.77/32", "2001:db8::2/64"),
        "tun0": ("None", "None"),
    }
    prefixes = [part.prefix for part in inside(found)[0].fixed]
    assert [str(address) for address in within(found, prefixes)] == ["10.0.0.77"]


def test_the_views_of_a_host_are_computed_once() -> None:
    found = host()
    assert all(one is other for one, other in zip(interfaces(found), interfaces(found), strict=True))
    assert interfaces(replace(found, **nothing())) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_the_spec_has_every_kind_of_interface(kind: type) -> None:
    assert any(isinstance(each.kind, kind) for each in interfaces(host()))


def test_the_view_includes_every_list_of_interfaces_of_a_host() -> None:
    lists = {name for name, hint in get_type_hints(Host).items() if set(get_args(hint)) & set(KINDS)}
    assert lists == nothing().keys()
    told = sum(len(getattr(host(), name)) for name in lists)
    assert told == len(interfaces(host()))


@pytest.mark.parametrize(
    "name", ["zone", "origin", "ports", "dns", "dhcp", "ra", "serves_dns", "isolated", "mtu", "metric"]
)
def test_attributes_with_the_same_name_have_the_same_value(name: str) -> None:
    for each in interfaces(host()):
        if name in {field.name for field in fields(each.kind)}:
            assert getattr(each, name) == getattr(each.kind, name)


def test_each_side_of_an_interface_is_that_of_its_kind() -> None:
    for each in interfaces(host()):
        if isinstance(each.kind, Uplink):
            assert (each.ipv4, each.ipv6) == (each.kind.ipv4, each.kind.ipv6)
        elif isinstance(each.kind, Bridge):
            assert all(side is None or isinstance(side, Fixed) for side in (each.ipv4, each.ipv6))


def word(interface: HostInterface) -> str:
    return interface.network or interface.device


def test_compared_facts_name_each_interface() -> None:
    known = things(plan())
    for each in interfaces(host()):
        text = str(known[f"network/{each.network}"].fields if each.network else known["host/hv"].fields)
        assert each.device in text


def test_the_page_of_a_host_has_a_row_for_each_interface() -> None:
    (page,) = (page for page in pages(site_view(plan(), (), (), {})) if page.path == "hosts/hv.md")
    for each in interfaces(host()):
        assert each.device in page.markdown.partition("\n## ")[2]  # only the tables, which follow the picture


def test_the_picture_of_a_change_keeps_removed_interfaces() -> None:
    before = plan()
    (old,) = before.hosts
    after = replace(before, hosts=(replace(old, **nothing()),))
    (found,) = union_of(before, after, {}).hosts
    assert {word(each) for each in interfaces(found)} == {word(each) for each in interfaces(old)}
