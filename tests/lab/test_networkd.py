"""The lab's view of a real networkd: correct units draw no complaint, and faulty units are reported."""

from __future__ import annotations

import time

import pytest
from tests.lab.handmade import BRIDGE, MACS, Site, dedented
from tests.support import needs

from taploom.lab.networkd import LinkState, Networkd
from taploom.lab.session import Lab
from taploom.lab.waiting import LabError, wait_for

pytestmark = needs("root", "tun", "networkd", "dbus", "nft", "ip", "unshare", "nsenter")


def test_units_of_host_world_and_guests_draw_no_complaint(site: Site) -> None:
    for name in MACS:
        site.guests[name].wait_for_addresses("eth0", f"10.0.0.1{list(MACS).index(name)}/24")
    daemons = (site.networkd, site.world.networkd, *site.guests.values())
    assert [daemon.complaints() for daemon in daemons] == [()] * 4


def test_a_guest_gets_its_reserved_ipv4_address_and_an_ipv6_address_by_ra(site: Site) -> None:
    site.guests["web"].wait_for_addresses("eth0", "10.0.0.10/24", "fd12:3456:789a::ff:fe00:a/64")
    site.guests["db"].wait_for_addresses("eth0", "10.0.0.11/24", "fd12:3456:789a::ff:fe00:b/64")
    assert "master vmbr" in site.host.run("ip", "link", "show", "vm-web")
    site.networkd.wait_configured("vm-web", "vm-db", "vmbr")
    assert site.networkd.links()["vm-web"].unit == "20-taps.network"


def test_the_uplink_gets_a_lease_and_an_address_by_ra(site: Site) -> None:
    assert site.uplink().startswith("203.0.113.1")
    wait_for(
        lambda: [a for a in site.host.addresses("eth0", usable=True) if a.startswith("2001:db8:1:")], "RA on the uplink"
    )


def test_networkctl_answers_and_reload_applies_a_changed_unit(site: Site) -> None:
    assert "routable (configured)" in site.networkd.networkctl("status", "vmbr")
    changed = {
        **BRIDGE,
        "10-vmbr.network": BRIDGE["10-vmbr.network"].replace(
            "[DHCPServer]", "Address=10.9.9.1/24\n        [DHCPServer]", 1
        ),
    }
    site.networkd.put(dedented(changed))
    site.networkd.reload()
    site.networkd.wait_for_addresses("vmbr", "10.9.9.1/24")


MISTAKES = {
    "key.network": "[Match]\nName=x\n[Network]\nBogus=1\n",
    "section.network": "[Match]\nName=x\n[Netwrok]\nDHCP=yes\n",
    "value.network": "[Match]\nName=x\n[Network]\nAddress=10.0.0.300/24\n",
    "boolean.network": "[Match]\nName=x\n[Network]\nIPv6SendRA=perhaps\n",
    "line.network": "[Match]\nName=x\n[Network]\nDHCP\n",
    "outside.network": "Name=x\n[Network]\nDHCP=yes\n",
    "match.network": "[Network]\nDHCP=yes\n",
    "kind.netdev": "[NetDev]\nName=x\nKind=bridg\n",
    "name.netdev": "[NetDev]\nKind=bridge\n",
    "long.netdev": "[NetDev]\nName=sixteen-bytes-xx\nKind=bridge\n",
    "gateway.network": "[Match]\nName=x\n[Route]\nGateway=10.0.0\n",
    "mac.network": "[Match]\nName=x\n[DHCPServerStaticLease]\nMACAddress=no\nAddress=10.0.0.3\n",
    "pool.network": "[Match]\nName=x\n[Network]\nDHCPServer=yes\n[DHCPServer]\nPoolSize=many\n",
}


def test_every_kind_of_mistake_in_a_unit_is_reported() -> None:
    with Lab() as lab:
        found = Networkd(lab.machine("bad"), MISTAKES).complaints()
    assert sorted(name for name in MISTAKES if not any(name in line for line in found)) == []
    assert any("key.network:4: Unknown key 'Bogus' in section [Network]" in line for line in found)


def test_a_setting_that_networkd_cannot_apply_is_reported() -> None:
    with Lab() as lab:
        machine = lab.machine("bad")
        machine.ip("link add eth0 type veth peer name eth1")
        machine.ip("link set eth1 up")
        bad = Networkd(machine, {"10-x.network": "[Match]\nName=eth0\n[Link]\nMTUBytes=70000\n"})
        assert "Reducing the requested MTU" in wait_for(bad.complaints, "a complaint about an impossible MTU")[0]


def test_a_link_that_never_gets_its_route_is_not_configured() -> None:
    with Lab() as lab:
        machine = lab.machine("stuck")
        for number in (0, 1):
            machine.ip(f"link add eth{number} type veth peer name peer{number}")
            machine.ip(f"link set peer{number} up")
        unit = "[Match]\nName=eth{0}\n[Network]\nIPv6AcceptRA=no\nAddress=10.0.{0}.2/24\n[Route]\nGateway=10.0.{1}.9\n"
        daemon = Networkd(machine, {f"1{number}-x.network": unit.format(number, number * 2) for number in (0, 1)})
        daemon.wait_configured("eth0")
        assert daemon.links()["eth0"] == LinkState("configured", "10-x.network")
        assert daemon.links()["peer0"] == LinkState("unmanaged", None)
        with pytest.raises(LabError, match="eth1 to be configured in stuck"):
            daemon.wait_configured("eth1", timeout=2.0)


def test_networkd_can_stop_and_start_again() -> None:
    with Lab() as lab:
        daemon = Networkd(lab.machine("a"), dedented(BRIDGE))
        daemon.wait_for_addresses("vmbr", "10.0.0.1/24")
        daemon.stop()
        assert daemon.complaints() == ("networkd: has ended",)
        daemon.restart()
        assert daemon.complaints() == ()


def test_a_lab_of_ten_guests_is_up_in_seconds() -> None:
    began = time.monotonic()
    with Lab() as lab:
        host = lab.machine("host")
        daemon = Networkd(host, dedented(BRIDGE))
        for number in range(10):
            guest = lab.machine(f"g{number}")
            lab.tap(host, f"vm-{number}", guest, "eth0", f"02:00:00:00:01:{number:02x}")
        wait_for(lambda: host.run("ip", "-o", "link", "show", "master", "vmbr").count("\n") == 10, "ten ports")
        assert daemon.complaints() == ()
    assert time.monotonic() - began < 10
