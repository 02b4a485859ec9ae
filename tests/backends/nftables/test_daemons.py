"""The seed's ruleset with real daemons: it drops no packet that a host and its guests need to get their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests import plans
from tests.backends.running import Running, default_route
from tests.support import needs

from taploom.backends import nftables
from taploom.lab import ruleset
from taploom.lab.probe import Probe, run
from taploom.lab.session import Lab
from taploom.lab.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [needs("root", "tun", "networkd", "dbus", "nft", "ip", "unshare", "nsenter"), pytest.mark.kernel]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """The running seed; its ruleset is loaded before the daemons send their first packet."""
    with Lab() as lab:
        seed = plans.host()
        site = Running(lab, None, seed)
        ruleset.filter_bridged(site.machine, on=False)
        (artifact,) = nftables.artifacts(seed)
        ruleset.load(site.machine, artifact.text)
        site.machine.ip("addr flush dev eth0 scope global")
        site.daemon.restart()
        for guest in plans.guests():
            site.guests[guest.name] = site.boot(guest)
        yield site


def test_the_uplink_gets_its_addresses_by_dhcp_and_ra(running: Running) -> None:
    def heads() -> set[str]:
        return {address[:4] for address in running.machine.addresses("eth0", usable=True)}

    wait_for(lambda: heads() >= {"203.", "2001"}, "a lease and an address by RA on the uplink", 20)


def test_guests_get_their_leases_and_routes(running: Running) -> None:
    for name, address4, address6, _, _ in plans.GUESTS:
        running.guests[name].wait_for_addresses("eth0", f"{address4}/24", f"{address6}/64")
        assert default_route(running.guests[name].namespace, 6)[1] == "eth0"


def test_a_guest_reaches_the_outside_and_no_frame_counts_as_spoofed(running: Running) -> None:
    name = plans.GUESTS[0][0]
    running.guests[name].wait_for_addresses("eth0", "10.0.0.10/24", "fd12:3456:789a::10/64")
    guest, world = running.lab.agent(running.guests[name].namespace), running.lab.agent(running.world.machine)
    world.listen("tcp", 443)
    answers = run([Probe(guest, "tcp", "203.0.113.1", 443), Probe(guest, "tcp", "2001:db8:1::1", 443)])
    assert [answer.outcome for answer in answers] == ["open", "open"]
    own = {address.partition("/")[0] for address in running.machine.addresses("eth0")}
    assert {answer.peer for answer in answers} <= own
    assert ruleset.counters(running.machine, "bridge", "taploom")["drop_spoof"] == 0
