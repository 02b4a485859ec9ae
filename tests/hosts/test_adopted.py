"""A host whose uplink was configured without networkd gets its addresses and routes back when a plan is undone.

The service `lan` of the host stands for ifupdown: it runs `ip` once at each boot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.hosts.booted import Host, booted
from tests.hosts.bundles import DONE, PENDING, REFUSED, activate, bundle, unpack
from tests.sites import compiled
from tests.support import needs

from taploom.lab.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from taploom.plan.site import Plan

pytestmark = [pytest.mark.kernel, needs("root", "boot")]

NAME = "hv"
SPECS = {
    "site.yaml": "taploom: 1\nsite:\n  target: {systemd: 252, nftables: 1.0.6}\nzones: {internet: {}}\n",
    "hosts.yaml": """
taploom: 1
hosts:
  hv:
    uplinks:
      eth0:
        zone: internet
        ipv4: 203.0.113.10/24
        gateway4: 203.0.113.1
        ipv6: 2001:db8::10/64
        gateway6: 2001:db8::1
    networks: {lan: {taps: vm-*}}
""",
    "networks.yaml": "taploom: 1\nnetworks:\n  lan: {ipv4: 10.1.0.1/24, nat: true}\n",
    "guests.yaml": "taploom: 1\nguests:\n  web: {host: hv, nics: {lan: {ipv4: 10.1.0.10, mac: 02:00:00:00:00:01}}}\n",
    "policy.yaml": "taploom: 1\npolicy:\n  admin: {from: internet, to: hosts, allow: ssh}\n",
}
LAN = """
[Unit]
After=systemd-networkd.service
[Service]
Type=oneshot
ExecStart=/bin/sh -euc 'ip link set eth0 up; \\
    ip address replace 203.0.113.10/24 broadcast 203.0.113.255 dev eth0; \\
    ip address replace 203.0.113.77/24 dev eth0 label eth0:1; \\
    ip address replace 2001:db8::10/64 dev eth0 nodad; \\
    ip route replace default via 203.0.113.1 dev eth0 onlink; \\
    ip route replace 10.66.0.0/16 via 203.0.113.9 dev eth0 metric 7 table 66; \\
    ip -6 route replace default via 2001:db8::1 dev eth0'
[Install]
WantedBy=multi-user.target
"""


@pytest.fixture(scope="module")
def plan() -> Plan:
    """The plan of a host; its specs repeat the main addresses that the service `lan` sets."""
    site = compiled(SPECS)
    assert not [each for each in site.diagnostics if each.severity.name == "ERROR"], site.diagnostics
    return site.plan


@pytest.fixture
def host(tree: Path) -> Iterator[Host]:
    """A host with an uplink of which networkd knows nothing."""
    with booted(tree, uplinks=("eth0",), name=NAME) as host:
        for address in ("203.0.113.1/24", "2001:db8::1/64"):
            host.outside.ip(f"addr add {address} dev eth0 {'nodad' if ':' in address else ''}")
        host.push({"/etc/systemd/system/lan.service": LAN})
        host.run("systemctl", "enable", "--now", "--quiet", "lan.service")
        wait_for(lambda: "tentative" not in host.run("ip", "address", "show", "dev", "eth0"), "its addresses")
        yield host


def configured(host: Host) -> list[str]:
    """Addresses and routes of the uplink."""
    lines = [*host.run("ip", "-o", "address", "show", "dev", "eth0").splitlines()]
    lines = [line.partition(": ")[2].partition("\\")[0] for line in lines if "scope link" not in line]
    for family in ("-4", "-6"):
        routes = host.run("ip", family, "route", "show", "dev", "eth0", "table", "all").splitlines()
        lines += [line.strip() for line in routes if not {"fe80::/64", "ff00::/8"} & set(line.split())]
    return sorted(line for line in lines if " fe80::" not in line)


@pytest.mark.parametrize("ended", ["revert", "remove", "remove after a reboot"])
def test_an_uplink_without_networkd_gets_its_addresses_and_routes_back(host: Host, plan: Plan, ended: str) -> None:
    had = configured(host)
    assert any("eth0:1" in line for line in had), had
    unpack(host, bundle(plan, NAME))
    tried = activate(host, "try", "--force")
    assert tried.code == DONE, tried.text
    if ended != "revert":
        assert activate(host, "confirm").code == DONE
    if "reboot" in ended:
        host.reboot()
    assert activate(host, ended.partition(" ")[0]).code == DONE
    status = activate(host, "status")
    assert status.code == PENDING
    assert ("is not taken up: it went back, asked for" in status.text) == (ended == "revert"), status.text
    wait_for(lambda: configured(host) == had, "the addresses and routes of before")


STAND_IN = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n"
"""A unit with NetworkManager's name, for trees without the program."""


@pytest.mark.parametrize("managed", [True, False])
def test_an_uplink_that_networkmanager_manages_is_a_reason_to_refuse(host: Host, plan: Plan, managed: bool) -> None:
    """The test writes a link's file like NetworkManager 1.52, which writes none for a link that it does not manage."""
    unpack(host, bundle(plan, NAME))
    index = host.run("cat", "/sys/class/net/eth0/ifindex").strip()
    host.push({"/run/systemd/system/NetworkManager.service": STAND_IN})
    host.push({f"/run/NetworkManager/devices/{index if managed else 99}": "[device]\nmanaged=true\nnm-owned=false\n"})
    assert "NetworkManager" not in activate(host, "check").text
    host.run("systemctl", "start", "NetworkManager.service")
    checked = activate(host, "check")
    assert checked.code == (REFUSED if managed else DONE), checked.text
    assert ("risky: NetworkManager manages eth0" in checked.text) == managed, checked.text


def test_an_uplink_that_is_left_to_networkmanager_is_no_reason_to_refuse(host: Host) -> None:
    files = dict(SPECS)
    foreign, _, rest = files["hosts.yaml"].partition("      eth0:")
    files["hosts.yaml"] = f"{foreign}      eth0: {{zone: internet}}\n    {rest[rest.index('networks:') :]}"
    unpack(host, bundle(compiled(files).plan, NAME))
    index = host.run("cat", "/sys/class/net/eth0/ifindex").strip()
    host.push({"/run/systemd/system/NetworkManager.service": STAND_IN})
    host.push({f"/run/NetworkManager/devices/{index}": "[device]\nmanaged=true\nnm-owned=false\n"})
    host.run("systemctl", "start", "NetworkManager.service")
    checked = activate(host, "check")
    assert checked.code == DONE, checked.text
