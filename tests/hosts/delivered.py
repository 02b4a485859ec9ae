"""A site whose hosts are whole hosts: guests and the worlds outside are the lab's, with its oracle and its probes."""

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


class Wired(Namespace):
    """The network of a host alone: programs of this machine run there, and need no file of the host's tree."""

    def __init__(self, host: Host) -> None:
        self.name = host.name
        self.pid = host.pid

    def entering(self, argv: Iterable[str]) -> list[str]:
        """The command line that runs `argv` in the network of the host."""
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net", "--", *argv]


class HostLab(Lab):
    """A lab in which some machines are whole hosts."""

    def __init__(self, tree: Path, names: Collection[str], space: str = "256m") -> None:
        """Says which.

        Args:
            tree: What they boot.
            names: Their names.
            space: Size of the disk of each.
        """
        super().__init__()
        self._tree, self._names, self._space = tree, names, space
        self._pumps: dict[int, Pump] = {}

    def machine(self, name: str) -> Namespace:
        """A new host that has booted, or a new namespace."""
        if name in self._names:
            return self._stack.enter_context(booted(self._tree, name=name, space=self._space))
        return super().machine(name)

    def agent(self, machine: Namespace) -> Agent:
        """The probing process of a machine; that of a host has its network alone."""
        if isinstance(machine, Host) and machine.pid not in self._agents:
            agent = self._agents[machine.pid] = Agent(Wired(machine))
            self._stack.callback(agent.close)
        return super().agent(machine)

    def tap(self, host: Namespace, tap: str, guest: Namespace, nic: str, mac: str) -> None:
        """Creates a guest's interface; one process holds those of a host, as monitors end with it."""
        if host.pid not in self._pumps:
            self._pumps[host.pid] = self._stack.enter_context(Pump())
        self._pumps[host.pid].connect(host, tap, guest, nic, mac)

    def forget(self, machine: Namespace) -> None:
        """Ends what is not of a machine and keeps its network: its probing process, and the monitors of its guests."""
        for held in (self._agents, self._pumps):
            if machine.pid in held:
                held.pop(machine.pid).close()


class HostNetworkd(Networkd):
    """The networkd of a whole host, which systemd started."""

    def __init__(self, host: Host) -> None:
        self.namespace = host
        self._within = ()
        self.version = int(host.run("networkctl", "--version").split()[1])

    def log(self) -> str:
        """What it has logged since the host booted."""
        return self.namespace.run("journalctl", "--boot", "--unit=systemd-networkd", "--output=cat", "--no-pager")

    def complaints(self) -> tuple[str, ...]:
        """Lines of the log in which it refuses, ignores or fails to do something."""
        return complaints(self.log())


class DeliveredSite(RunningSite):
    """A running site whose hosts are whole hosts.

    Attributes:
        booted: Its hosts, by name.
    """

    def __init__(self, lab: HostLab, plan: Plan, deliver: Callable[[Host, Plan], None]) -> None:
        """Starts all machines; returns when all daemons run.

        Args:
            lab: Where its hosts boot.
            plan: What is delivered.
            deliver: Brings the plan to a host that is bare, but for its network cards.
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
        """Restarts a host (`Host.reboot`), and plugs its guests in again, which a monitor would start with it."""
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
        """What is not as the plan says, by subject: addresses, routes, units and the outcome of each flow."""
        settled, ground = settle(self)
        atlas = Atlas(self.plan, ground, dict(self.beyond))
        lead_home(self, atlas)
        asked, _ = questions(atlas, Oracle(atlas, int(time.time())))
        listen(self, self.machines(), asked)
        assert asked
        rows = (*settled.failed, *ask(self, asked).failed)
        return {row.flow: f"{row.expected} expected, observed {row.observed} {row.detail}" for row in rows}


def _card(host: str, uplink: str) -> str:
    """The hardware address of a network card, which stays over reboots."""
    return "02:" + hashlib.sha256(f"{host} {uplink}".encode()).digest()[:5].hex(":")
