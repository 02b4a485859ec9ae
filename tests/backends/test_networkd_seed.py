"""The seed's units in a real networkd: state of the host before any guest starts, and of guests after their boot."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import plans
from tests.backends.running import Running, default_route, link, routes, search_domains
from tests.support import needs

from taploom.base.address import LINK_LOCAL, parse_mac
from taploom.lab.networkd import Networkd
from taploom.lab.session import Lab
from taploom.lab.waiting import wait_for
from taploom.plan.guest import Guest

pytestmark = [
    needs("root", "tun", "networkd", "dbus", "ip", "unshare", "nsenter"),
    pytest.mark.kernel,
    pytest.mark.xdist_group("networkd-seed"),
]

WEB, TLS = plans.guests()
ADDRESSES = {WEB.name: ("10.0.0.10/24", "fd12:3456:789a::10/64"), TLS.name: ("10.0.0.11/24", "fd12:3456:789a::11/64")}


@pytest.fixture(scope="module")
def empty(root: Path | None) -> Iterator[Running]:
    """The running host without guests."""
    with Lab() as lab:
        yield Running(lab, root, plans.host())


@pytest.fixture(scope="module")
def seed(root: Path | None) -> Iterator[Running]:
    """The running host with its two guests, after both have their addresses."""
    with Lab() as lab:
        running = Running(lab, root, plans.host(), plans.guests())
        for name, addresses in ADDRESSES.items():
            running.guests[name].wait_for_addresses("eth0", *addresses)
        yield running


def test_the_bridge_works_before_its_first_guest(empty: Running) -> None:
    """The bridge's addresses are usable, not just assigned, so that a service can bind to them."""
    empty.daemon.wait_for_addresses("br-microvm", "10.0.0.1/24", "fd12:3456:789a::1/64", usable=True)
    assert "NO-CARRIER" in link(empty.machine, "br-microvm")["flags"]
    assert empty.complaints() == {}


def test_a_bridge_without_guests_does_not_delay_the_boot(empty: Running) -> None:
    index = link(empty.machine, "br-microvm")["ifindex"]
    assert "REQUIRED_FOR_ONLINE=no" in empty.machine.file(f"/run/systemd/netif/links/{index}").read_text()


def test_the_mac_of_the_bridge_is_derived_from_its_names(empty: Running) -> None:
    expected = empty.plan.bridges[0].mac("hypervisor")
    assert expected.local
    assert not expected.multicast
    assert link(empty.machine, "br-microvm")["address"] == str(expected)


def test_no_daemon_complains(seed: Running) -> None:
    assert seed.complaints() == {}


@pytest.mark.parametrize("guest", plans.guests(), ids=lambda guest: str(guest.name))
def test_a_guest_has_only_its_own_addresses(seed: Running, guest: Guest) -> None:
    machine = seed.guests[guest.name].namespace
    expected = {*ADDRESSES[guest.name], f"{guest.nics[0].mac.eui64(LINK_LOCAL)}/64"}
    wait_for(lambda: routes(machine, 6), "the route by RA, with which a SLAAC address would appear")
    assert machine.addresses("eth0") == expected


@pytest.mark.parametrize("guest", plans.guests(), ids=lambda guest: str(guest.name))
def test_the_default_routes_of_a_guest_lead_to_the_bridge(seed: Running, guest: Guest) -> None:
    machine = seed.guests[guest.name].namespace
    assert default_route(machine, 4) == ("10.0.0.1", "eth0")
    assert default_route(machine, 6) == (str(plans.host().bridges[0].link_local("hypervisor")), "eth0")
    assert search_domains(machine) == {"vm.example.org"}


def test_taps_join_the_bridge_and_have_no_addresses(seed: Running) -> None:
    for guest in plans.guests():
        tap = guest.nics[0].tap
        assert link(seed.machine, tap)["master"] == "br-microvm"
        assert seed.machine.addresses(tap) == frozenset()


def test_the_uplink_learns_both_families_although_the_host_forwards(seed: Running) -> None:
    wait_for(lambda: _outside(seed) == {4, 6}, "both families on the uplink")
    assert default_route(seed.machine, 4) == ("203.0.113.1", "eth0")
    assert default_route(seed.machine, 6)[1] == "eth0"


def _outside(running: Running) -> set[int]:
    found = running.machine.addresses("eth0", usable=True)
    return {6 if ":" in address else 4 for address in found if address.startswith(("203.0.113.", "2001:db8:1:"))}


def test_a_guest_outside_the_spec_gets_an_address_of_the_pool(seed: Running) -> None:
    """The guest's TAP matches the network's pattern."""
    machine = seed.lab.machine("stranger")
    seed.lab.tap(seed.machine, "vm-stranger", machine, "eth0", "02:00:00:00:00:99")
    unit = "[Match]\nName=eth0\n[Network]\nDHCP=ipv4\nIPv6AcceptRA=yes\n[DHCPv4]\nUseDomains=yes\n"
    Networkd(machine, {"10-eth0.network": unit}, root=seed.root)
    got = wait_for(lambda: [a for a in machine.addresses("eth0", usable=True) if a.startswith("10.")], "a lease")[0]
    assert 128 <= int(got.partition("/")[0].rpartition(".")[2]) <= 254
    assert search_domains(machine) == {"vm.example.org"}
    slaac = parse_mac("02:00:00:00:00:99").eui64(plans.NET6)
    wait_for(lambda: f"{slaac}/64" in machine.addresses("eth0"), "a SLAAC address")


def test_a_restart_of_the_daemon_keeps_the_addresses(seed: Running) -> None:
    """If flags of an existing address differed from those in the unit, networkd would mark the link as failed."""
    seed.daemon.restart()
    seed.daemon.wait_for_addresses("br-microvm", "10.0.0.1/24", "fd12:3456:789a::1/64")
    status = seed.daemon.networkctl("status", "br-microvm")
    assert "(failed)" not in status
    assert seed.complaints() == {}
