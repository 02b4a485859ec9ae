"""Text of a host's units: properties that a running networkd would not show, or would show only at high cost."""

from dataclasses import replace

import pytest
from tests import plans
from tests.backends import variants
from tests.backends.running import files

from taploom.backends import guest as guest_backend
from taploom.backends import networkd
from taploom.base.address import parse_address, parse_prefix
from taploom.plan.guest import Mode
from taploom.plan.host import Bridge, Host, Route, Taps


def printed(host: Host) -> dict[str, str]:
    return files(networkd.artifacts(host))


def names(unit: str) -> list[str]:
    """Values of `Name=` that a unit matches."""
    return [line.removeprefix("Name=") for line in unit.splitlines() if line.startswith("Name=")]


def with_taps(network: str, patterns: tuple[str, ...], *taps: str) -> Bridge:
    """A bridge with these TAP patterns and ports."""
    ports = tuple(variants.port(f"g-{tap}", tap, network) for tap in taps)
    return variants.bridge(network, "10.1.0.1/24", taps=Taps(patterns, create=False, user=""), ports=ports)


def test_taps_that_match_the_pattern_are_not_named_so_a_new_guest_changes_no_unit() -> None:
    one, two = (variants.host(with_taps("lan", ("vm-*",), *taps)) for taps in (["vm-a"], ["vm-a", "vm-b"]))
    assert printed(one) == printed(two)
    assert names(printed(one)["08-taploom-taps-br-lan.network"]) == ["vm-*"]


def test_a_tap_that_matches_the_pattern_of_another_bridge_is_named_in_an_earlier_unit() -> None:
    units = printed(variants.host(with_taps("all", ("vm-*",), "vm-a"), with_taps("db", ("vm-db-*",), "vm-db-1")))
    assert names(units["07-taploom-taps-br-db.network"]) == ["vm-db-1"]
    assert names(units["08-taploom-taps-br-all.network"]) == ["vm-*"]
    assert "07-taploom-taps-br-all.network" not in units


def test_a_tap_that_does_not_match_the_pattern_of_its_bridge_is_named() -> None:
    units = printed(variants.host(with_taps("lan", ("vm-*",), "tap7", "vm-a")))
    assert names(units["07-taploom-taps-br-lan.network"]) == ["tap7"]


def test_a_bridge_without_guests_has_no_unit_for_taps() -> None:
    assert sorted(printed(variants.host(variants.bridge("lan", "10.1.0.1/24")))) == [
        "06-taploom-br-lan.netdev", "06-taploom-br-lan.network",
    ]  # fmt: skip


def test_a_tap_is_created_only_if_its_network_says_so() -> None:
    bridge = with_taps("lan", ("vm-*",), "vm-a")
    assert not [name for name in printed(variants.host(bridge)) if name.startswith("30-")]
    made = printed(variants.host(replace(bridge, taps=Taps(("vm-*",), create=True, user=""))))
    assert made["07-taploom-vm-a.netdev"] == "[NetDev]\nName=vm-a\nKind=tap\n"


def test_resolvers_of_only_one_family_disable_the_announcement_in_the_other() -> None:
    """Otherwise networkd would announce the uplink's resolvers, which the spec did not ask for."""
    bridge = variants.advertised(variants.bridge(
        "lan", "10.1.0.1/24", "fd01::1/64", dns=(parse_address("fd01::1"),),
        dhcp=variants.dhcp("10.1.0.9", "10.1.0.9"),
    ))  # fmt: skip
    text = printed(variants.host(bridge))["06-taploom-br-lan.network"]
    server, advertised = text.index("[DHCPServer]"), text.index("[IPv6SendRA]")
    assert "EmitDNS=no" in text[server:advertised]
    assert "EmitDNS=yes" in text[advertised:]
    assert "DNS=fd01::1" in text[advertised:]


def test_autoconfiguration_is_off_for_a_prefix_other_than_64() -> None:
    bridge = variants.advertised(variants.bridge("lan", "", "fd01::1/80"))
    assert (
        "Prefix=fd01::/80\nAddressAutoconfiguration=no" in printed(variants.host(bridge))["06-taploom-br-lan.network"]
    )


def test_bridges_of_one_network_on_two_hosts_have_different_macs() -> None:
    bridge = variants.bridge("lan", "10.1.0.1/24")
    one, two = (printed(variants.host(bridge, name=name))["06-taploom-br-lan.netdev"] for name in ("hv1", "hv2"))
    assert one != two


def test_a_route_without_a_link_raises_an_error() -> None:
    stray = Route("r", parse_prefix("172.16.0.0/12"), parse_address("10.1.0.9"), "eth9", None, plans.origin("r"))
    with pytest.raises(ValueError, match="routes without a link: r"):
        networkd.units(variants.host(routes=(stray,)))


@pytest.mark.parametrize("mode", [Mode.RESERVED, Mode.DHCP])
def test_dhcp_for_ipv6_raises_an_error(mode: Mode) -> None:
    (nic,) = plans.guests()[0].nics
    with pytest.raises(ValueError, match="no DHCPv6"):
        guest_backend.units(variants.guest("a", replace(nic, ipv6=replace(nic.ipv6, mode=mode))))


def test_units_do_not_configure_forwarding_or_nat() -> None:
    """The sysctl and nftables backends configure forwarding and NAT."""
    for text in printed(plans.host()).values():
        assert "Forward" not in text
        assert "Masquerade" not in text
