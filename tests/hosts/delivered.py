"""A lab site whose hosts are booted test hosts; guests, outside worlds, oracle and probes come from `taploom.lab`."""

from __future__ import annotations

import hashlib
import time
from functools import partial
from typing import TYPE_CHECKING

from tests.hosts.booted import Host, booted

from taploom.driver import rendered
from taploom.lab.atlas import Atlas
from taploom.lab.build import RunningSite, nic_name
from taploom.lab.complaints import complaints
from taploom.lab.namespace import Namespace
from taploom.lab.networkd import Networkd
from taploom.lab.oracle import Oracle
from taploom.lab.probe import Agent
from taploom.lab.questions import questions
from taploom.lab.return_routes import lead_home
from taploom.lab.session import Lab
from taploom.lab.tap import Pump
from taploom.lab.trial import ask, listen
from taploom.lab.wait import settle

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from taploom.plan.host import Host as PlannedHost
    from taploom.plan.site import Plan

KEPT = "Failed to create netdev: File exists"
"""Line that networkd 257 logs if a `.netdev` file returns before its device was deleted; the device is kept."""


class Wired(Namespace):
    """A host's network namespace without the host's files: programs of this machine can run in the host's network."""

    def __init__(self, host: Host) -> None:
        self.name = host.name
        self.pid = host.pid

    def entering(self, argv: Iterable[str]) -> list[str]:
        """The command line that runs `argv` in the network of the host."""
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net", "--", *argv]


class HostLab(Lab):
    """A lab in which some machines are booted test hosts instead of bare namespaces."""

    def __init__(self, tree: Path, names: Collection[str], space: str = "256m") -> None:
        """Chooses the machines that become test hosts.

        Args:
            tree: Root folder that the test hosts boot.
            names: Names of the machines that become test hosts.
            space: Disk size of each test host, in the syntax of tmpfs(5).
        """
        super().__init__()
        self._tree, self._names, self._space = tree, names, space
        self._pumps: dict[int, Pump] = {}

    def machine(self, name: str) -> Namespace:
        """A newly booted test host if the name is one of `names`, else a new namespace."""
        if name in self._names:
            return self._stack.enter_context(booted(self._tree, name=name, space=self._space))
        return super().machine(name)

    def agent(self, machine: Namespace) -> Agent:
        """The probe agent of a machine; for a test host, the agent uses only the host's network, not its files."""
        if isinstance(machine, Host) and machine.pid not in self._agents:
            agent = self._agents[machine.pid] = Agent(Wired(machine))
            self._stack.callback(agent.close)
        return super().agent(machine)

    def tap(self, host: Namespace, tap: str, guest: Namespace, nic: str, mac: str) -> None:
        """Creates a guest's interface. One process per host holds its TAPs, since `forget` must end them together."""
        if host.pid not in self._pumps:
            self._pumps[host.pid] = self._stack.enter_context(Pump())
        self._pumps[host.pid].connect(host, tap, guest, nic, mac)

    def forget(self, machine: Namespace) -> None:
        """Ends the lab's processes that keep a machine's network namespace alive: its probe agent and its TAP pump."""
        for held in (self._agents, self._pumps):
            if machine.pid in held:
                held.pop(machine.pid).close()


class HostNetworkd(Networkd):
    """The networkd of a test host, started by the host's systemd."""

    def __init__(self, host: Host) -> None:
        self.namespace = host
        self._within = ()
        self.version = int(host.run("networkctl", "--version").split()[1])

    def log(self) -> str:
        """The journal of networkd since the host's last boot."""
        return self.namespace.run("journalctl", "--boot", "--unit=systemd-networkd", "--output=cat", "--no-pager")

    def complaints(self) -> tuple[str, ...]:
        """Lines of the log in which networkd refuses, ignores or fails to do something."""
        return tuple(line for line in complaints(self.log()) if not line.endswith(KEPT))


class DeliveredSite(RunningSite):
    """A running lab site whose hosts are booted test hosts.

    Attributes:
        booted: Booted hosts of the site, by name.
    """

    def __init__(self, lab: HostLab, plan: Plan, deliver: Callable[[Host, Plan], None]) -> None:
        """Starts all machines; returns when all daemons run.

        Args:
            lab: Lab in which the hosts boot.
            plan: Plan to deliver.
            deliver: Function that brings the plan to a host that has nothing but its network cards.
        """
        self._deliver = deliver
        self.booted: dict[str, Host] = {}
        super().__init__(lab, plan, rendered(plan))

    def _boot_host(self, host: PlannedHost) -> None:
        machine = self.hosts[host.name]
        assert isinstance(machine, Host)
        self.booted[host.name] = machine
        for uplink in host.uplinks:
            machine.ip(f"link set {uplink.name} address {_card(host.name, uplink.name)}")
        machine.plug = partial(self._plug, host.name)
        self.daemons[f"host/{host.name}"] = HostNetworkd(machine)
        self._deliver(machine, self.plan)

    def _plug(self, name: str, machine: Host) -> None:
        for zone, found in self.beyond.items():
            for link in found.links:
                for host, uplink in link.uplinks:
                    if host == name:
                        self.worlds[zone].plug(link.name, machine, uplink)
                        machine.ip(f"link set {uplink} address {_card(host, uplink)}")

    def restart(self, name: str, how: Callable[[Host], None]) -> None:
        """Restarts a host with `how` (such as `Host.reboot`), then recreates its TAPs, as VMMs do after a boot."""
        machine, lab = self.booted[name], self.lab
        assert isinstance(lab, HostLab)
        lab.forget(machine)
        how(machine)
        for guest in self.plan.guests:
            if guest.host == name:
                for number, nic in enumerate(guest.nics):
                    lab.tap(machine, nic.tap, self.guests[guest.name], nic_name(number), str(nic.mac))
                self.daemons[f"guest/{guest.name}"].restart()

    def disagreements(self) -> dict[str, str]:
        """Deviations of addresses, routes, units and flow outcomes from the plan; the key names what deviates."""
        settled, ground = settle(self)
        atlas = Atlas(self.plan, ground, dict(self.beyond))
        lead_home(self, atlas)
        asked, _ = questions(atlas, Oracle(atlas, int(time.time())))
        listen(self, self.machines(), asked)
        assert asked
        rows = (*settled.failed, *ask(self, asked).failed)
        return {row.flow: f"{row.expected} expected, observed {row.observed} {row.detail}" for row in rows}


def _card(host: str, uplink: str) -> str:
    """The MAC address of a network card; it stays the same over reboots."""
    return "02:" + hashlib.sha256(f"{host} {uplink}".encode()).digest()[:5].hex(":")
