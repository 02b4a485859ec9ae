"""The seed's units in a real networkd: what the host has before any guest, and what a guest has after its boot."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import plans
from tests.backends.running import Running, link, routes, search_domains, way_out
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
    """The host alone."""
    with Lab() as lab:
        yield Running(lab, root, plans.host())


@pytest.fixture(scope="module")
def seed(root: Path | None) -> Iterator[Running]:
    """The host with both guests, which have what they should have."""
    with Lab() as lab:
        running = Running(lab, root, plans.host(), plans.guests())
        for name, addresses in ADDRESSES.items():
            running.guests[name].wait_for_addresses("eth0", *addresses)
        yield running


def test_the_bridge_works_before_its_first_guest(empty: Running) -> None:
    """Usable, not only there: a service can bind to both addresses."""
    empty.daemon.wait_for_addresses("br-microvm", "10.0.0.1/24", "fd12:3456:789a::1/64", usable=True)
    assert "NO-CARRIER" in link(empty.machine, "br-microvm")["flags"]
    assert empty.complaints() == {}


def test_an_idle_bridge_does_not_hold_up_the_boot(empty: Running) -> None:
    index = link(empty.machine, "br-microvm")["ifindex"]
    assert "REQUIRED_FOR_ONLINE=no" in empty.machine.file(f"/run/systemd/netif/links/{index}").read_text()


def test_the_bridge_has_the_address_that_follows_from_its_names(empty: Running) -> None:
    expected = empty.plan.bridges[0].mac("hypervisor")
    assert expected.local
    assert not expected.multicast
    assert link(empty.machine, "br-microvm")["address"] == str(expected)


def test_nothing_draws_a_complaint(seed: Running) -> None:
    assert seed.complaints() == {}


@pytest.mark.parametrize("guest", plans.guests(), ids=lambda guest: str(guest.name))
def test_a_guest_has_its_addresses_and_no_other(seed: Running, guest: Guest) -> None:
    machine = seed.guests[guest.name].namespace
    expected = {*ADDRESSES[guest.name], f"{guest.nics[0].mac.eui64(LINK_LOCAL)}/64"}
    wait_for(lambda: routes(machine, 6), "the route by RA, after which a SLAAC address would be there")
    assert machine.addresses("eth0") == expected


@pytest.mark.parametrize("guest", plans.guests(), ids=lambda guest: str(guest.name))
def test_a_guest_leaves_by_the_bridge_in_both_families(seed: Running, guest: Guest) -> None:
    machine = seed.guests[guest.name].namespace
    assert way_out(machine, 4) == ("10.0.0.1", "eth0")
    assert way_out(machine, 6) == (str(plans.host().bridges[0].link_local("hypervisor")), "eth0")
    assert search_domains(machine) == {"vm.example.org"}


def test_taps_join_the_bridge_with_no_address_of_their_own(seed: Running) -> None:
    for guest in plans.guests():
        tap = guest.nics[0].tap
        assert link(seed.machine, tap)["master"] == "br-microvm"
        assert seed.machine.addresses(tap) == frozenset()


def test_the_uplink_learns_both_families_although_the_host_forwards(seed: Running) -> None:
    wait_for(lambda: _outside(seed) == {4, 6}, "both families on the uplink")
    assert way_out(seed.machine, 4) == ("203.0.113.1", "eth0")
    assert way_out(seed.machine, 6)[1] == "eth0"


def _outside(running: Running) -> set[int]:
    found = running.machine.addresses("eth0", usable=True)
    return {6 if ":" in address else 4 for address in found if address.startswith(("203.0.113.", "2001:db8:1:"))}


def test_a_stranger_gets_an_address_of_the_pool(seed: Running) -> None:
    """Somebody whose TAP matches, and whom the spec does not know."""
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
    """An address that is there already, with other flags than the unit says, would make the link fail."""
    seed.daemon.restart()
    seed.daemon.wait_for_addresses("br-microvm", "10.0.0.1/24", "fd12:3456:789a::1/64")
    status = seed.daemon.networkctl("status", "br-microvm")
    assert "(failed)" not in status
    assert seed.complaints() == {}
