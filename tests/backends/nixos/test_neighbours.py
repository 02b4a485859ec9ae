"""The NixOS module together with other configuration: conflicts that it refuses, and defaults that others override."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests import plans
from tests.backends.nixos import nix, sites
from tests.backends.nixos.test_units import evaluated
from tests.support import needs

from taploom.backends import nixos
from taploom.plan.host import Host, Input

pytestmark = needs(nix.NIX)

GENERATED = "{ lib, ... }: { networking.useDHCP = lib.mkDefault true; }"


def combined(folder: Path, host: Host, *more: str) -> Any:
    return evaluated(folder, nixos.artifacts(host)[0], "25.11", *more)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("networking.nat.enable = true", "ruleset translates already"),
        ("networking.nftables.enable = lib.mkForce false", "neither filters nor translates"),
        ("systemd.network.enable = lib.mkForce false", "no bridge and no uplink"),
        ("networking.interfaces.eth0.useDHCP = true", "one of br-microvm, eth0."),
        ("networking.interfaces.br-microvm.ipv4.addresses = [ { } ]", "Remove it there"),
        ("networking.interfaces.br-microvm.ipv6.addresses = [ { } ]", "Remove it there"),
        ('networking.bridges.br-microvm.interfaces = [ "eth1" ]', "Remove it there"),
    ],
)
def test_other_configuration_of_our_links_or_ruleset_is_refused(setting: str, words: str, tmp_path: Path) -> None:
    failed = combined(tmp_path, plans.host(), f"{{ lib, ... }}: {{ {setting}; }}")["failed"]
    assert len(failed) == 1
    assert words in failed[0]


GUIDE = """{
  systemd.network.networks."%s" = {
    matchConfig.Name = "%s";
    networkConfig.Bridge = "microvm";
  };
}"""


@pytest.mark.parametrize(
    ("unit", "name"),
    [("11-microvm", "vm-*"), ("11-microvm", "vm-a vm-b"), ("00-all", "*"), ("00-all", "!eth9"), ("99-late", "vm-?")],
)
def test_a_foreign_unit_that_joins_our_taps_to_a_bridge_is_refused(unit: str, name: str, tmp_path: Path) -> None:
    (failed,) = combined(tmp_path, plans.host(), GUIDE % (unit, name))["failed"]
    assert f"attach its TAPs to another bridge: {unit}. Remove them" in failed


@pytest.mark.parametrize(
    ("match", "refused"),
    [
        ('"04-wan" = { matchConfig.Name = "eth0"; }', True),
        ('"04-wan" = { matchConfig.Name = [ "wan0" "e*" ]; }', True),
        ('"04-wan" = { matchConfig.Type = "ether"; }', True),
        ('"04-lan" = { matchConfig.Name = "br-microvm"; }', True),
        ('"04-wan" = { matchConfig.Name = "eth0"; enable = false; }', False),
        ('"04-wan" = { matchConfig.Name = "eth1 eth00 en*"; }', False),
        ('"10-wan" = { matchConfig.Name = "eth0"; }', False),
        ('"99-ethernet-default-dhcp" = { matchConfig.Type = "ether"; }', False),
        ('"11-other" = { matchConfig.Name = "lab-*"; networkConfig.Bridge = "lab"; }', False),
    ],
)
def test_a_matching_unit_that_sorts_before_ours_is_refused(match: str, refused: bool, tmp_path: Path) -> None:
    failed = combined(tmp_path, plans.host(), f"{{ systemd.network.networks.{match}; }}")["failed"]
    assert [match.split('"')[1] in each for each in failed] == [True] * refused


def test_a_release_before_the_first_is_refused(tmp_path: Path) -> None:
    failed = evaluated(tmp_path, nixos.artifacts(plans.host())[0], "23.11")["failed"]
    assert failed == ["taploom: this module needs NixOS 24.05 or later."]


def test_configuration_of_other_links_is_accepted(tmp_path: Path) -> None:
    other = "{ networking.interfaces = { eth0 = { }; eth1.useDHCP = true; }; networking.bridges.br1.interfaces = [ ]; }"
    assert combined(tmp_path, plans.host(), other)["failed"] == []


def test_an_uplink_without_addresses_may_be_configured_elsewhere(tmp_path: Path) -> None:
    (eth0,) = plans.host().uplinks
    vpn = replace(eth0, name="wg0", zone="vpn", ipv4=None, ipv6=None)
    host = replace(plans.host(), uplinks=(eth0, vpn))
    found = combined(tmp_path, host, "{ networking.interfaces.wg0.ipv4.addresses = [ { } ]; }")
    assert found["failed"] == []
    assert "wg0" not in found["settings"]["networking"]["dhcpcd"]["denyInterfaces"]
    assert "interface-name:wg0" not in found["settings"]["networking"]["networkmanager"]["unmanaged"]


def test_without_translation_networking_nat_is_accepted(tmp_path: Path) -> None:
    plain = replace(plans.host(), nat=(), dnat_entries=())
    assert combined(tmp_path, plain, "{ networking.nat.enable = true; }")["failed"] == []


def test_defaults_override_generated_files_but_not_explicit_settings(tmp_path: Path) -> None:
    person = "{ networking.useDHCP = true; networking.firewall.enable = true; }"
    quiet = combined(tmp_path, plans.host(), GENERATED)["settings"]["networking"]
    loud = combined(tmp_path, plans.host(), GENERATED, person)["settings"]["networking"]
    assert (quiet["useDHCP"], quiet["firewall"]["enable"]) == (False, False)
    assert (loud["useDHCP"], loud["firewall"]["enable"]) == (True, True)
    assert loud["dhcpcd"]["denyInterfaces"] == ["br-microvm", "eth0", "vm-*"]


def test_a_guest_needs_no_dhcpcd(tmp_path: Path) -> None:
    module = nixos.guest_artifacts(plans.guests()[0])[0]
    assert evaluated(tmp_path, module, "25.11", GENERATED)["settings"]["networking"]["useDHCP"] is False


def test_a_foreign_firewall_stays_enabled_and_admits_the_services_of_the_host(tmp_path: Path) -> None:
    host = sites.wide()
    assert host.input is Input.FOREIGN
    own = "{ networking.firewall.interfaces.br-microvm.allowedUDPPorts = [ 123 ]; }"
    firewall = combined(tmp_path, host, own)["settings"]["networking"]["firewall"]
    assert firewall["enable"] is True
    assert firewall["interfaces"] == {"br-microvm": {"allowedTCPPorts": [], "allowedUDPPorts": [67, 123]}}
    assert firewall["extraInputRules"].splitlines() == [
        'iifname "or" tcp dport { 53 } accept',
        'iifname "or" udp dport { 53, 67 } accept',
    ]


def test_network_manager_does_not_manage_our_links(tmp_path: Path) -> None:
    unmanaged = combined(tmp_path, plans.host())["settings"]["networking"]["networkmanager"]["unmanaged"]
    assert unmanaged == ["interface-name:br-microvm", "interface-name:eth0", "interface-name:vm-*"]


def test_descriptions_and_tags_of_a_host_do_not_change_its_module() -> None:
    wide = sites.wide()
    named = replace(wide, meta=plans.host().meta)
    assert nixos.artifacts(wide) == nixos.artifacts(named)


def test_every_line_of_a_unit_has_its_origin() -> None:
    """The origins let `explain FILE:LINE` find the spec entry of every line that is specific to this host."""
    lines = nixos.artifacts(plans.host())[0].lines
    lease = next(line for line in lines if "10.0.0.11" in line.text)
    assert lease.origin is not None
    assert lease.origin.entry == "guests.https-reverse-proxy"
    start = next(n for n, line in enumerate(lines) if line.text.startswith("  systemd.network"))
    assert all(line.origin for line in lines[start:-1])


def test_a_host_without_networks_still_has_a_valid_module(tmp_path: Path) -> None:
    bare = replace(plans.host(), uplinks=(), bridges=(), routes=(), nat=(), dnat_entries=(), terms=())
    result = combined(tmp_path, bare)
    assert result["failed"] == []
    assert result["units"] == {}
    assert nix.run("--parse", str(tmp_path / "module.nix")).returncode == 0
