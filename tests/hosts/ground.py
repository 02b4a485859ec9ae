"""What the tests of taking up have in common: a bare host with guests, streams past it, and its way back."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.diff.site import BASE, Files
from tests.hosts.bundles import Answer, activate, bundle, unpack
from tests.hosts.delivered import DeliveredSite, HostLab
from tests.hosts.state import State, differences, observed
from tests.hosts.traffic import Carried, Flow, streaming
from tests.sites import compiled

from taploom.base.address import Family
from taploom.lab.waiting import LabError, wait_for
from taploom.plan.host import Fixed, Learned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.hosts.booted import Host

    from taploom.plan.site import Plan

NAME = "hv1"
DB4, WEB4, WEB6 = "10.2.0.20", "10.1.0.10", "fd12:3456:789a:1::10"
SHUT = 1717
"""A port at which nobody listens, and which no policy names."""
TRIAL = 4
"""Seconds of a trial that nobody confirms."""
STILL = 1.0
"""Seconds in which a host that goes on changing has changed."""
LATE = 20.0
"""Seconds in which a host is as before: its uplink may wait for the next advertisement."""

RULESET = 'include "/etc/taploom/*.nft"\n'
WAN = "/etc/systemd/network/80-wan.network"
WAN_UNIT = "[Match]\nName=eth0\n[Network]\n{}\n[Link]\nRequiredForOnline=no\n"
"""The way in that whoever installed the host has made."""


def planned(version: int, *edits: Callable[[Files], None]) -> Plan:
    """The plan of the base of `tests.diff.site` with some edits, for hosts with a systemd of this version."""
    files = dict(BASE)
    for edit in edits:
        edit(files)
    files["site.yaml"] = files["site.yaml"].replace("systemd: 252", f"systemd: {version}")
    return compiled(files).plan


@contextmanager
def bare(tree: Path, plan: Plan, space: str = "256m") -> Iterator[tuple[DeliveredSite, Host]]:
    """A site with the guests of a plan, and the host that carries them, on which nothing was taken up yet."""
    with HostLab(tree, {NAME}, space) as lab:
        site = DeliveredSite(lab, plan, _furnish)
        yield site, site.booted[NAME]


def _furnish(host: Host, plan: Plan) -> None:
    uplink = next(one for planned in plan.hosts if planned.name == host.name for one in planned.uplinks)
    way_in = f"Address={uplink.ipv4.interface}" if isinstance(uplink.ipv4, Fixed) else "DHCP=ipv4"
    host.push({"/etc/nftables.conf": RULESET, WAN: WAN_UNIT.format(way_in)})
    host.run("systemctl", "enable", "--now", "--quiet", "nftables.service")
    host.run("networkctl", "reload")
    wait_for(lambda: any("." in address for address in host.addresses("eth0")), "the host's address")
    _await_advertised(host, plan)


def _await_advertised(host: Host, plan: Plan) -> None:
    """Waits for the address that a router advertises on the uplink, if any.

    The first solicitation may be lost, and networkd sends the next one seconds later (RFC 4861, 6.3.7).
    """
    uplinks = (one for planned in plan.hosts if planned.name == host.name for one in planned.uplinks)
    if any(one.ipv6 is Learned.RA for one in uplinks):
        learned = "global address of the host by router advertisement"
        wait_for(lambda: any(":" in one and one[:4] != "fe80" for one in host.addresses("eth0", usable=True)), learned)


def install(host: Host, plan: Plan, before: Plan | None = None) -> None:
    """Takes a plan up and confirms it."""
    unpack(host, bundle(plan, host.name, before))
    for verb in ("try", "confirm"):
        done = activate(host, verb)
        assert done.code == 0, done.text
    _await_advertised(host, plan)


def attempt(host: Host, plan: Plan, before: Plan, seconds: int = TRIAL) -> Answer:
    """Takes a plan up on trial."""
    unpack(host, bundle(plan, host.name, before))
    return activate(host, "try", "--timeout", f"{seconds}s")


def wait_back(host: Host, seconds: float) -> None:
    """Waits until the trial is over and nothing is at work any more.

    Raises:
        LabError: It is not.
    """
    wait_for(lambda: not pending(host), "the way back", seconds)


def pending(host: Host) -> bool:
    """Whether a trial goes on, or its end."""
    states = host.run("systemctl", "is-active", "taploom-revert.timer", "taploom-revert.service", check=False).split()
    armed = host.file("/var/lib/taploom/trial/armed").exists()
    return armed or any(state in states for state in ("active", "activating", "deactivating"))


def unlike(host: Host, before: State, patience: float = LATE) -> list[str]:
    """What is not as it was, once the host has had its time."""
    deadline = time.monotonic() + patience
    while (told := differences(before, observed(host))) and time.monotonic() < deadline:
        time.sleep(0.2)
    return told


def of_a_tap(told: str) -> bool:
    """Whether a difference is about a TAP, which is a monitor's, and new whenever its guest starts."""
    return bool(re.search(r"\bvm[dl]-", told))


def settled(host: Host, patience: float = LATE) -> State:
    """The state of a host that has stopped changing."""
    before, deadline = observed(host), time.monotonic() + patience
    while time.monotonic() < deadline:
        time.sleep(STILL)
        after = observed(host)
        if not differences(before, after):
            return after
        before = after
    raise LabError(f"{host.name} changes all the time")


def flows(site: DeliveredSite, host: Host) -> tuple[list[Flow], list[Flow]]:
    """Streams that no plan here lets pass, and streams that all of them let pass."""
    world, guests = site.worlds["internet"].machine, site.guests
    strangers = {address.family: str(address) for address, _ in site.beyond["internet"].strangers}
    own = next(address for address in sorted(host.addresses("eth0")) if "." in address).partition("/")[0]
    port = next(line for line in world.run("ip", "-br", "link").split() if line.startswith("port")).partition("@")[0]
    world.ip(f"route replace 10.0.0.0/8 via {own}")
    shut = [
        Flow("internet to the host", world, own, SHUT, host),
        Flow("internet to a guest", world, DB4, SHUT, guests["db"], "eth0"),
        # Not from a guest that sends what passes, as the queue of its TAP would lose some of that on a busy machine.
        Flow("guest to another network", guests["desk"], WEB4, SHUT, guests["web"], "eth0"),
        Flow("guest to another network, IPv6", guests["desk"], WEB6, SHUT, guests["web"], "eth0"),
    ]
    stranger4, stranger6 = strangers[Family.IPV4], strangers[Family.IPV6]
    passing = [
        Flow("new connections to the internet", guests["db"], stranger4, 53, world, port, rate=250),
        Flow("one connection to the internet", guests["web"], stranger4, 54, world, port, fresh=False, rate=250),
        Flow("one connection to the internet, IPv6", guests["web"], stranger6, 55, world, port, fresh=False, rate=250),
    ]
    return shut, passing


@contextmanager
def guarded(
    site: DeliveredSite, host: Host, *, lossless: bool = False, first: bool = False
) -> Iterator[dict[str, Carried]]:
    """Streams go on within the context; at its end, nothing has passed that no plan lets pass.

    Args:
        site: The site.
        host: Its host.
        lossless: Whether nothing may be lost of what passes, either.
        first: Whether the host has had no ruleset, so that it was open itself.
    """
    shut, passing = flows(site, host)
    shut = shut[1:] if first else shut
    with streaming([*shut, *passing]) as seen:
        yield seen
    leaked = {flow.name: seen[flow.name].arrived[:3] for flow in shut if seen[flow.name].arrived}
    assert leaked == {}, leaked
    assert all(seen[flow.name].sent for flow in shut)
    if lossless:
        lost = {flow.name: (seen[flow.name].lost, seen[flow.name].gap) for flow in passing if seen[flow.name].lost}
        assert lost == {}, lost
