"""Units that NixOS writes from the module equal those of the networkd backend, for nested and flat options."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests import plans
from tests.backends.nixos import nix, sites, unitfiles
from tests.support import needs

from taploom.backends import guest as guest_backend
from taploom.backends import networkd, nixos, sysctl
from taploom.backends.artifact import Artifact
from taploom.plan.guest import Guest
from taploom.plan.host import Host

pytestmark = needs(nix.NIX)

HOSTS: dict[str, Callable[[], Host]] = {"seed": plans.host, "wide": sites.wide}
GUESTS: dict[str, Callable[[], Guest]] = {"seed": lambda: plans.guests()[0], "settled": sites.settled}


def evaluated(folder: Path, module: Artifact, release: str, *more: str, microvm: bool = False) -> Any:
    """Evaluates a module against the stubs, together with more modules."""
    path = folder / "module.nix"
    path.write_text(module.text)
    nix.parses(path)
    modules = " ".join((f"(import {path})", *(f"({text})" for text in more)))
    call = f'{{ modules = [ {modules} ]; release = "{release}"; microvm = {json.dumps(microvm)}; }}'
    return nix.evaluate("-E", f"import {nix.STUBS} {call}")


def exported(artifacts: tuple[Artifact, ...]) -> dict[str, unitfiles.Read]:
    return {Path(artifact.path).name: unitfiles.read(artifact.text) for artifact in artifacts}


def written(result: Any) -> dict[str, unitfiles.Read]:
    return {name: unitfiles.read(text) for name, text in result["units"].items()}


@pytest.mark.parametrize("release", sites.RELEASES)
@pytest.mark.parametrize("name", HOSTS)
def test_a_host_gets_the_exported_units(name: str, release: str, tmp_path: Path) -> None:
    host = HOSTS[name]()
    result = evaluated(tmp_path, nixos.artifacts(host)[0], release)
    assert result["failed"] == []
    assert written(result) == exported(networkd.artifacts(host))


@pytest.mark.parametrize("release", sites.RELEASES)
@pytest.mark.parametrize("name", GUESTS)
def test_a_guest_gets_the_exported_units(name: str, release: str, tmp_path: Path) -> None:
    guest = GUESTS[name]()
    module = nixos.guest_artifacts(guest)[0]
    result = evaluated(tmp_path, module, release, microvm=True)
    assert written(result) == exported(guest_backend.artifacts(guest))
    assert result["settings"]["microvm"]["interfaces"] == [
        {"type": "tap", "id": nic.tap, "mac": str(nic.mac)} for nic in guest.nics
    ]
    assert written(evaluated(tmp_path, module, release)) == written(result), "without microvm.nix"


@pytest.mark.parametrize("name", HOSTS)
def test_a_host_gets_the_exported_kernel_settings(name: str, tmp_path: Path) -> None:
    host = HOSTS[name]()
    nat = 'c: { boot.kernel.sysctl."net.ipv4.conf.all.forwarding" = c.lib.mkOverride 99 true; }'
    result = evaluated(tmp_path, nixos.artifacts(host)[0], "25.11", nat)
    lines = (line.text.split(" = ") for artifact in sysctl.artifacts(host) for line in artifact.lines)
    assert {key: int(value) for key, value in result["settings"]["boot"]["kernel"]["sysctl"].items()} == {
        key: int(value) for key, value in lines
    }


def test_the_stubs_refuse_settings_that_a_release_does_not_have(tmp_path: Path) -> None:
    flat, nested = '{ Gateway = "10.0.0.1"; }', '{ routeConfig.Gateway = "10.0.0.1"; }'
    refused = [
        ("24.05", f"systemd.network.networks.x.routes = [ {flat} ]"),
        ("25.11", f"systemd.network.networks.x.routes = [ {nested} ]"),
        ("25.11", 'systemd.network.networks.x.networkConfig.IPForward = "yes"'),
        ("24.05", 'systemd.network.networks.x.networkConfig.IPv4Forwarding = "yes"'),
        ("24.05", "systemd.network.networks.x.networkConfig.DHCP = false"),
        ("24.05", "systemd.network.networks.x.linkConfig.MTUBytes = 1400"),
        ("24.11", 'systemd.network.networks.x.dhcpServerConfig.PersistLeases = "no"'),
        ("25.11", 'systemd.network.networks.x.dhcpServerConfig.PoolOffset = "5"'),
        ("25.11", 'systemd.network.networks.x.bridgeConfig.Hairpin = "yes"'),
        ("25.11", 'systemd.network.networks.x.linkConfig.RequiredForOnline = "maybe"'),
        ("25.11", 'systemd.network.netdevs.x.netdevConfig.Kind = "bridge"'),
        ("25.11", "networking.nftables.table = { }"),
        ("25.11", "networking.useDHCP = 1"),
    ]
    for release, setting in refused:
        call = f'import {nix.STUBS} {{ modules = [ {{ {setting}; }} ]; release = "{release}"; }}'
        done = nix.run("--eval", "--strict", "--json", "-E", call)
        assert done.returncode != 0, (release, setting)
        assert "option" in done.stderr, done.stderr
