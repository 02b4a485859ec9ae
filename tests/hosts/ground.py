"""Shared steps of the take-up tests: a bare host with guests, traffic streams through it, trial and rollback."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from functools import partial
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
"""A port on which nothing listens and which no policy names."""
TRIAL = 4
"""Timeout of an unconfirmed trial, in seconds."""
STILL = 2.5
"""Seconds without a change after which a host counts as settled; a link needs two for its link-local address."""
LATE = 20.0
"""Seconds within which a host must reach its earlier state; its uplink may have to wait for a router advertisement."""

RESOLVED = 1.5
"""Seconds until each hop knows the MAC of the next hop, so that no datagram is lost; ARP retries after a second."""

RULESET = 'include "/etc/taploom/*.nft"\n'
WAN = "/etc/systemd/network/80-wan.network"
WAN_UNIT = "[Match]\nName=eth0\n[Network]\n{}\n[Link]\nRequiredForOnline=no\n"
"""Template of the networkd unit with which the host's installer configured the uplink, before any plan."""


def planned(version: int, *edits: Callable[[Files], None]) -> Plan:
    """The plan of `tests.diff.site.BASE` with some edits, for hosts with this version of systemd."""
    files = dict(BASE)
    for edit in edits:
        edit(files)
    files["site.yaml"] = files["site.yaml"].replace("systemd: 252", f"systemd: {version}")
    return compiled(files).plan


@contextmanager
def bare(tree: Path, plan: Plan, space: str = "256m") -> Iterator[tuple[DeliveredSite, Host]]:
    """A site with the guests of a plan, and the host of these guests before it takes up any plan."""
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


def install(host: Host, plan: Plan, before: Plan | None = None, *options: str) -> None:
    """Takes up a plan on a host and confirms it."""
    unpack(host, bundle(plan, host.name, before))
    for verb in ("try", "confirm"):
        done = activate(host, verb, *options)
        assert done.code == 0, done.text
    _await_advertised(host, plan)


def attempt(host: Host, plan: Plan, before: Plan, seconds: int = TRIAL, *options: str) -> Answer:
    """Takes up a plan on trial, without confirming it."""
    unpack(host, bundle(plan, host.name, before))
    return activate(host, "try", "--timeout", f"{seconds}s", *options)


def wait_back(host: Host, seconds: float) -> None:
    """Waits until the trial is over and its rollback has ended.

    Raises:
        LabError: The rollback did not end in time.
    """
    wait_for(lambda: not pending(host), "the rollback", seconds)


def pending(host: Host) -> bool:
    """Whether a trial or its rollback is still going on."""
    states = host.run("systemctl", "is-active", "taploom-revert.timer", "taploom-revert.service", check=False).split()
    armed = host.file("/var/lib/taploom/trial/armed").exists()
    return armed or any(state in states for state in ("active", "activating", "deactivating"))


def unlike(host: Host, before: State, patience: float = LATE) -> list[str]:
    """Differences from an earlier state that remain after `patience` seconds."""
    deadline = time.monotonic() + patience
    while (found := differences(before, observed(host))) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def of_a_tap(difference: str) -> bool:
    """Whether a difference concerns a TAP: the VMM creates a new TAP whenever it starts the guest."""
    return bool(re.search(r"\bvm[dl]-", difference))


def settled(host: Host, patience: float = LATE) -> State:
    """The state of a host, once it has stopped changing.

    Raises:
        LabError: The host still changes after `patience` seconds.
    """
    before, deadline = observed(host), time.monotonic() + patience
    while time.monotonic() < deadline:
        time.sleep(STILL)
        after = observed(host)
        if not differences(before, after):
            return after
        before = after
    raise LabError(f"{host.name} changes all the time")


def flows(site: DeliveredSite, host: Host) -> tuple[list[Flow], list[Flow]]:
    """Two lists: streams that no plan of these tests allows, and streams that every plan allows."""
    world, guests = site.worlds["internet"].machine, site.guests
    strangers = {address.family: str(address) for address, _ in site.beyond["internet"].strangers}
    own = next(address for address in sorted(host.addresses("eth0")) if "." in address).partition("/")[0]
    port = next(line for line in world.run("ip", "-br", "link").split() if line.startswith("port")).partition("@")[0]
    world.ip(f"route replace 10.0.0.0/8 via {own}")
    shut = [
        Flow("internet to the host", world, own, SHUT, host),
        Flow("internet to a guest", world, DB4, SHUT, guests["db"], "eth0"),
        # `desk` sends no allowed stream: while its TAP queue is full, packets of an allowed stream would be lost too.
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
    """Sends streams during the context; fails at its end if a datagram arrived that no plan allows.

    Args:
        site: Site whose machines send and receive.
        host: Host that the streams cross.
        lossless: If true, the context also fails if an allowed stream loses a datagram.
        first: If true, the host starts without a ruleset, so a stream to the host itself is not a failure.
    """
    shut, passing = flows(site, host)
    shut = shut[1:] if first else shut
    if lossless:
        for flow in passing:
            leased = partial(flow.source.run, "ip", "route", "get", flow.to, check=False)
            wait_for(leased, f"route of the sender: {flow.name}", LATE)
        with streaming(passing):
            time.sleep(RESOLVED)
    with streaming([*shut, *passing]) as seen:
        yield seen
    leaked = {flow.name: seen[flow.name].arrived[:3] for flow in shut if seen[flow.name].arrived}
    assert leaked == {}, leaked
    assert all(seen[flow.name].sent for flow in shut)
    if lossless:
        lost = {flow.name: (seen[flow.name].lost, seen[flow.name].gap) for flow in passing if seen[flow.name].lost}
        assert lost == {}, lost
