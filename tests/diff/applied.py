"""Applies a change to a running lab site and grades the observed disruption; shares no code with the prediction.

| observed | class |
|---|---|
| the ruleset was replaced | D1 |
| addresses disappeared and came back, or a guest lost its default route for a time although its bridge stays | D2 |
| connections ended although every address came back; or an interface lost its carrier | D3 |
| an address did not come back | D4 |
| an interface has no unit any more, or a guest needs a TAP or MAC address that does not exist | D5 |
| a guest's TAP exists, but the loaded ruleset does not mention it | D5 |
| the operator's connection to a host ended, or a new one is refused | D6 |
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.diff.changeover import change_over
from tests.diff.lookout import UNASKED, Noticed, Sight, watched

from taploom.driver import rendered
from taploom.lab.atlas import Atlas
from taploom.lab.build import RunningSite
from taploom.lab.oracle import Oracle
from taploom.lab.probe import Probe, run
from taploom.lab.questions import Question, questions
from taploom.lab.return_routes import lead_home
from taploom.lab.session import Lab
from taploom.lab.trial import listen
from taploom.lab.wait import settle
from taploom.lab.waiting import LabError, wait_for
from taploom.plan.guest import Guest, Mode

if TYPE_CHECKING:
    from taploom.plan.site import Plan

LEASE = 6
"""DHCP lease time in these labs, in seconds."""
LATE = 3
"""Wait for a guest's new address, as a multiple of the lease time; a busy machine sends and replies late."""
QUIET = 1.0
"""Seconds for networkd to start applying its new units, and for guests to notice."""
ASK = (Mode.DHCP, Mode.RESERVED)

Classes = dict[str, int]
"""Observed class of each disrupted thing: an interface of the host, a guest, the ruleset, or the host's `input`."""


@dataclass(frozen=True)
class Applied:
    """Outcome of a change that was applied in a lab.

    Attributes:
        classes: Observed disruption classes.
        sight: Observations in detail.
        complaints: Log lines in which the daemons complain about the new units.
    """

    classes: Classes
    sight: Sight
    complaints: tuple[str, ...]


def applied(before: Plan, after: Plan, names: dict[str, str], root: Path | None) -> Applied:
    """Boots a site with the old plan, applies the new plan while traffic runs, and grades the disruption.

    Args:
        before: Plan that the site boots.
        after: Plan that is applied to the running site.
        names: New names of renamed guests, by their old names.
        root: Root folder of another systemd version; None for the machine's own.
    """
    with Lab() as lab:
        site = RunningSite(lab, before, rendered(before), root, bus=True)
        settled, ground = settle(site)
        assert settled.failed == ()
        atlas = Atlas(before, ground, dict(site.beyond))
        lead_home(site, atlas)
        asked = tuple(q for q in questions(atlas, Oracle(atlas, int(time.time())))[0] if q.verdict.allowed)
        listen(site, site.machines(), asked)
        had = {asking: _ipv4(site, asking) for asking in _dhcp_interfaces(before, after)}
        turn: list[float] = []
        sight = watched(site, asked, lambda: turn.append(_change_in_order(site, after)))
        seen = Seen(site, after, sight, names, frozenset(_readdressed(site, after, had)), turn[0])
        classes: Classes = {}
        for name, grade in seen.grades():
            classes[name] = max(grade, classes.get(name, 0))
        said = tuple(line for daemon in site.daemons.values() for line in daemon.complaints())
        return Applied(classes, sight, said)


def _change_in_order(site: RunningSite, after: Plan) -> float:
    """Applies the plan to the hosts, waits until the guests have noticed, then applies it to the guests.

    The wait ends when each guest that had a default route has one again, or after `UNASKED` seconds.

    Returns:
        A moment between the two steps, in seconds since the epoch.
    """
    had = _default_routes(site)
    change_over(site, rendered(after), ("host",))
    time.sleep(QUIET)
    with contextlib.suppress(LabError):
        wait_for(lambda: _default_routes(site) == had, "the default routes of guests", UNASKED)
    between = time.time()
    change_over(site, rendered(after), ("guest",))
    return between


def _default_routes(site: RunningSite) -> dict[str, bool]:
    return {name: "default" in machine.run("ip", "-6", "route") for name, machine in site.guests.items()}


DhcpInterface = tuple[str, str]
"""Name of a guest, and name of an interface of this guest that gets its IPv4 address by DHCP."""


def _dhcp_interfaces(before: Plan, after: Plan) -> Iterator[DhcpInterface]:
    staying = {guest.name for guest in after.guests}
    for guest in before.guests:
        for number, nic in enumerate(guest.nics):
            if guest.name in staying and nic.ipv4.mode in ASK:
                yield guest.name, f"eth{number}"


def _readdressed(site: RunningSite, after: Plan, had: dict[DhcpInterface, list[str]]) -> Iterator[str]:
    """Names of guests that get a different DHCP address after the change, once their old leases have run out.

    A server can only assign a different address if its unit changed. Since a lease may run out while traffic is still
    observed, `had` contains the addresses before the change.
    """
    if _servers(site.plan) != _servers(after):
        deadline = time.monotonic() + LATE * LEASE
        kept = set(had)
        while kept and time.monotonic() < deadline:
            time.sleep(1)
            kept = {asking for asking in kept if not _has_new_address(site, asking, had[asking])}
        yield from (name for name, device in had if (name, device) not in kept)


def _servers(plan: Plan) -> dict[str, str]:
    """Text of each unit that has a DHCP server, by its path."""
    return {artifact.path: artifact.text for artifact in rendered(plan) if "[DHCPServer]" in artifact.text}


def _has_new_address(site: RunningSite, asking: DhcpInterface, had: list[str]) -> bool:
    name, device = asking
    if site.daemons[f"guest/{name}"].links()[device].setup != "configured":
        return False
    return wait_for(partial(_ipv4, site, asking), f"an address of {name}") != had


def _ipv4(site: RunningSite, asking: DhcpInterface) -> list[str]:
    name, device = asking
    return [address for address in site.guests[name].addresses(device, usable=True) if ":" not in address]


@dataclass(frozen=True)
class Seen:
    """Observations of an applied change, and their grading by disruption class.

    Attributes:
        site: Site that now runs the new plan; its `plan` is still the old one.
        after: New plan.
        sight: Observations from the change-over.
        names: New names of renamed guests, by their old names.
        readdressed: Guests that got another DHCP address.
        turn: A moment between the change-over of hosts and that of guests, in seconds since the epoch.
    """

    site: RunningSite
    after: Plan
    sight: Sight
    names: dict[str, str]
    readdressed: frozenset[str]
    turn: float

    def grades(self) -> Iterator[tuple[str, int]]:
        """Each disrupted thing with its class; a thing may occur several times."""
        yield from (("table taploom", 1) for _ in self.sight.rulesets)
        for one in self.sight.interfaces:
            yield from self._host(one) if one.machine.startswith("host/") else self._guest(one)
        yield from self._needing_restart()
        yield from self._abandoned()
        yield from ((self._lease_group(g), 4) for g in self.site.plan.guests if g.name in self.readdressed)
        yield from self._cut_on_bridges()
        yield from self._locked_out()

    def _host(self, one: Noticed) -> Iterator[tuple[str, int]]:
        host = one.machine.partition("/")[2]
        uplinks = {uplink.name for h in self.site.plan.hosts for uplink in h.uplinks if h.name == host}
        managed = self._managed(one)
        ours = {address.partition("/")[0] for address in one.removed}
        behind = any(str(q.verdict.packet.source) in ours for q in self.sight.ended if _translated(q))
        if one.device in uplinks and one.lost:
            assert any(q.verdict.by == "policy/admin" for q in self.sight.ended)
            yield one.device, 6
        elif one.lost:
            yield one.device, 4 if managed else 5
        elif one.removed:
            yield one.device, 3 if behind or one.carrier else 2

    def _managed(self, one: Noticed) -> bool:
        """Whether an interface of a host still has a networkd unit."""
        return self.site.daemons[one.machine].links()[one.device].unit is not None

    def _removed_bridges(self) -> set[str]:
        """Bridges that lost their addresses and that no networkd unit configures any more."""
        hosts = (one for one in self.sight.interfaces if one.machine.startswith("host/"))
        return {one.device for one in hosts if one.lost and not self._managed(one)}

    def _guest(self, one: Noticed) -> Iterator[tuple[str, int]]:
        guest = self._guests()[one.machine.partition("/")[2]]
        nics = {f"eth{number}": nic for number, nic in enumerate(guest.nics)}
        stays = self._name(guest) in {other.name for other in self.after.guests}
        bridge = nics[one.device].bridge if one.device in nics else ""
        if bridge not in self._removed_bridges() and any(at < self.turn for at in one.route_losses):
            yield f"guests on {bridge}", 2
        if stays and one.device in nics and one.removed:
            yield (self._lease_group(guest), 4) if one.lost else (self._name(guest), 2)

    def _lease_group(self, guest: Guest) -> str:
        """Name under which a lost address is reported: the DHCP clients of the bridge, or else the guest itself."""
        pools = [f"DHCP clients on {nic.bridge}" for nic in guest.nics if nic.ipv4.mode is Mode.DHCP]
        return pools[0] if pools else self._name(guest)

    def _guests(self) -> dict[str, Guest]:
        return {guest.name: guest for guest in self.site.plan.guests}

    def _name(self, guest: Guest) -> str:
        return self.names.get(guest.name, guest.name)

    def _needing_restart(self) -> Iterator[tuple[str, int]]:
        """Guests whose TAP name or MAC address differs, so that they need a restart to get the new one."""
        there = {guest.name: guest for guest in self.after.guests}
        for old in self.site.plan.guests:
            new = there.get(self._name(old))
            for nic in new.nics if new else ():
                made = self.site.hosts[old.host].file(f"/sys/class/net/{nic.tap}").exists()
                links = self.site.guests[old.name].run("ip", "-o", "link")
                if not made or str(nic.mac) not in links:
                    yield self._name(old), 5

    def _abandoned(self) -> Iterator[tuple[str, int]]:
        """Guests whose TAPs still exist although the host's loaded ruleset no longer mentions them."""
        for old in self.site.plan.guests:
            host = self.site.hosts[old.host]
            ports = [nic.tap for nic in old.nics if host.file(f"/sys/class/net/{nic.tap}").exists()]
            known = host.run("nft", "list", "ruleset")
            if ports and not any(f'"{port}"' in known for port in ports):
                yield self._name(old), 5

    def _cut_on_bridges(self) -> Iterator[tuple[str, int]]:
        """Bridges with a connection between two neighbours that ended although both guests kept their addresses."""
        restarted = {name for name, grade in self._needing_restart() if grade}
        moved = {one.machine for one in self.sight.interfaces if one.lost}
        moved |= {f"guest/{name}" for name in (*restarted, *self.readdressed)}
        for q in self.sight.ended:
            if q.verdict.by == "implied/bridge" and not {q.source.machine, q.to.machine} & moved:
                network = q.source.group.partition("/")[2]
                yield next(b.device for h in self.site.plan.hosts for b in h.bridges if b.network == network), 3

    def _locked_out(self) -> Iterator[tuple[str, int]]:
        """The host's `input`, if operators can no longer connect although the address that they use still exists."""
        lost = {address.partition("/")[0] for one in self.sight.interfaces for address in one.lost}
        ended = {id(q) for q in self.sight.ended}
        for q in (*self.sight.kept, *self.sight.ended):
            if q.verdict.by == "policy/admin" and id(q) not in ended and str(q.packet.to) not in lost:
                sender = self.site.agent(self.site.machines()[q.source.machine])
                probe = Probe(sender, "tcp", str(q.packet.to), q.packet.port, str(q.packet.source))
                if run([probe])[0].outcome != "open":
                    yield "input", 6


def _translated(q: Question) -> bool:
    return q.verdict.packet.source != q.packet.source
