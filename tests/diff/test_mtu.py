"""A changed MTU of a network: packets are lost if host and guests apply it in the wrong order.

Unlike a router, a bridge sends no ICMP error for a packet that is larger than its MTU (RFC 1191): it drops the packet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.diff.changeover import change_over
from tests.diff.site import BASE, WEB2, swap
from tests.sites import compiled
from tests.support import needs

from taploom.diff.change import ComparedPlan, compare
from taploom.diff.classes import Class
from taploom.diff.effects import Effect
from taploom.driver import rendered
from taploom.lab.build import RunningSite
from taploom.lab.session import Lab
from taploom.lab.wait import settle
from taploom.lab.waiting import wait_for
from taploom.plan.site import Plan
from taploom.report.plan.applying import commands

WIDE, NARROW = 1500, 1400
WEB, OTHER = "10.1.0.10", "fd12:3456:789a:1::10"


def plan(mtu: int | None) -> Plan:
    """Plan of the site with two guests on the network `dmz`. None leaves the network's MTU out of the specs."""
    files = dict(BASE)
    swap("guests.yaml", "guests:\n", "guests:\n" + WEB2)(files)
    if mtu:
        swap("networks.yaml", "dmz: {", f"dmz: {{mtu: {mtu}, ")(files)
    return compiled(files).plan


@pytest.fixture(scope="module")
def wide() -> Iterator[RunningSite]:
    with Lab() as lab:
        before = plan(None)
        site = RunningSite(lab, before, rendered(before), None, bus=True)
        assert settle(site)[0].failed == ()
        yield site


def mtus(site: RunningSite) -> dict[str, int]:
    """MTU of the bridge, of a TAP and of both guests' NICs, by machine and link."""
    host = site.hosts["hv1"]
    links = [(host, "br-dmz"), (host, tap(site)), (site.guests["web"], "eth0"), (site.guests["web2"], "eth0")]
    shown = {f"{m.name}/{name}": m.run("ip", "link", "show", "dev", name) for m, name in links}
    return {name: int(found[1]) for name, text in shown.items() if (found := re.search(r" mtu (\d+)", text))}


def tap(site: RunningSite) -> str:
    return next(nic.tap for guest in site.plan.guests if guest.name == "web" for nic in guest.nics)


def answered(site: RunningSite, size: int) -> list[bool]:
    """Whether `web` answers unfragmented pings from `web2` with packets of `size` bytes: in IPv4, and in IPv6."""
    machine = site.guests["web2"]
    heads = ((WEB, 20 + 8), (OTHER, 40 + 8))
    ping = ("ping", "-nq", "-M", "do", "-c", "3", "-i", "0.2", "-W", "1", "-s")
    said = [machine.run(*ping, str(size - head), to, check=False) for to, head in heads]
    assert not any("errors" in text or "too long" in text for text in said), "a machine reported an MTU error"
    return [" 0 received" not in text for text in said]


def settled(site: RunningSite, host: int, guests: int) -> None:
    """Waits until the host's links have the MTU `host`, and the guests' NICs have the MTU `guests`."""
    machines = site.hosts["hv1"].name

    def done() -> bool:
        return all(mtu == (host if name.startswith(f"{machines}/") else guests) for name, mtu in mtus(site).items())

    wait_for(done, f"MTU {host} on the host and {guests} in guests: {mtus(site)}")


@pytest.mark.kernel
@needs("root", "tun", "networkd", "dbus", "nft", "ip", "ping", "unshare", "nsenter")
def test_guests_go_first_if_the_mtu_is_lowered_and_the_host_if_it_is_raised(wide: RunningSite) -> None:
    lower, higher = rendered(plan(NARROW)), rendered(plan(None))
    assert answered(wide, WIDE) == [True, True]
    change_over(wide, lower, ["host"])
    settled(wide, NARROW, WIDE)
    assert answered(wide, WIDE) == [False, False], "the host went first"
    change_over(wide, lower, ["guest"])
    settled(wide, NARROW, NARROW)
    assert answered(wide, NARROW) == [True, True]
    change_over(wide, higher, ["guest"])
    settled(wide, NARROW, WIDE)
    assert answered(wide, WIDE) == [False, False], "the guests went first"
    change_over(wide, higher, ["host"])
    settled(wide, WIDE, WIDE)  # `mtu` was removed from the specs, so the default of Ethernet applies
    assert answered(wide, WIDE) == [True, True]
    change_over(wide, lower, ["guest"])
    settled(wide, WIDE, NARROW)
    assert answered(wide, NARROW) == [True, True]
    change_over(wide, lower, ["host"])
    settled(wide, NARROW, NARROW)
    assert answered(wide, NARROW) == [True, True]


def test_the_plan_says_whether_guests_or_host_go_first() -> None:
    sides = {mtu: ComparedPlan(str(mtu), plan(mtu)) for mtu in (None, NARROW, WIDE)}
    lowered = compare(sides[None], sides[NARROW])
    (cut,) = (one for one in lowered.disruption if one.effect is Effect.NARROWED)
    assert (cut.grade, cut.device) == (Class.D3, "br-dmz")
    steps = commands(lowered)
    assert steps[0] == "# first lower the MTU of these guests, else larger packets are lost: web, web2"
    raised = compare(sides[NARROW], sides[None])
    assert not any(one.effect is Effect.NARROWED for one in raised.disruption)
    steps = commands(raised)
    assert steps[-1] == "# raise the MTU of these guests only now, else larger packets are lost: web, web2"
    assert lowered.undo is Class.D3
    assert compare(sides[None], sides[WIDE]).disruption == ()
