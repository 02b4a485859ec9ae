"""A host of a plan and its guests, running with real networkd daemons, real TAPs, and the lab's outside world."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from taploom.backends import guest as guest_backend
from taploom.backends import networkd, sysctl
from taploom.lab.networkd import Networkd
from taploom.lab.waiting import wait_for
from taploom.lab.world import Segment, World

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from taploom.backends.artifact import Artifact
    from taploom.lab.namespace import Namespace
    from taploom.lab.session import Lab
    from taploom.plan.guest import Guest
    from taploom.plan.host import Host

OLDEST, NEWEST = 252, 260


def files(artifacts: Iterable[Artifact]) -> dict[str, str]:
    """Text of each file, by file name."""
    return {artifact.path.rpartition("/")[2]: artifact.text for artifact in artifacts}


class Running:
    """A running host with its guests in a lab; `complaints` returns what the daemons refused."""

    def __init__(
        self, lab: Lab, root: Path | None, plan: Host, guests: Iterable[Guest] = (), segment: Segment | None = None
    ) -> None:
        self.lab = lab
        self.root = root
        self.plan = plan
        self.world = World(lab, (segment or Segment(),))
        self.machine = lab.machine(plan.name)
        for uplink in plan.uplinks:
            self.world.plug("wan", self.machine, uplink.name)
        self.machine.sysctl({setting.key: str(setting.value) for setting in sysctl.settings(plan)})
        self.daemon = self._start()
        self.guests = {guest.name: self.boot(guest) for guest in guests}

    def _start(self) -> Networkd:
        """Starts networkd with units for its own version, which a first daemon reports."""
        version = Networkd(self.lab.machine("version"), {}, root=self.root).version
        target = replace(self.plan.target, systemd=min(max(version, OLDEST), NEWEST))
        units = files(networkd.artifacts(replace(self.plan, target=target)))
        return Networkd(self.machine, units, bus=True, root=self.root)

    def boot(self, guest: Guest) -> Networkd:
        """Starts a guest after its NICs are connected."""
        machine = self.lab.machine(guest.name)
        machine.sysctl({"net.ipv6.conf.default.dad_transmits": "0"})  # DAD takes a second, and is not needed here
        for number, nic in enumerate(guest.nics):
            self.lab.tap(self.machine, nic.tap, machine, f"eth{number}", str(nic.mac))
        return Networkd(machine, files(guest_backend.artifacts(guest)), root=self.root)

    def complaints(self) -> dict[str, tuple[str, ...]]:
        """Lines in which daemons refuse something, by machine; empty if there are none."""
        daemons = {self.plan.name: self.daemon, **self.guests}
        return {name: found for name, daemon in daemons.items() if (found := daemon.complaints())}


def link(machine: Namespace, name: str) -> dict[str, Any]:
    """The kernel's description of a link, from `ip -d link`; empty if the link does not exist."""
    shown = machine.run("ip", "-j", "-d", "link", "show", "dev", name, check=False)
    found: list[dict[str, Any]] = json.loads(shown) if shown.startswith("[") else []
    return found[0] if found else {}


def routes(machine: Namespace, family: int, to: str = "default") -> list[dict[str, Any]]:
    """Routes of a machine to a destination, in IPv4 or IPv6."""
    found: list[dict[str, Any]] = json.loads(machine.run("ip", "-j", f"-{family}", "route", "show", to))
    return found


def default_route(machine: Namespace, family: int) -> tuple[str, str]:
    """Gateway and device of the only default route; waits until it exists."""
    (route,) = wait_for(lambda: routes(machine, family), f"a default route of IPv{family} on {machine.name}")
    return route["gateway"], route["dev"]


def resolvers(machine: Namespace) -> set[str]:
    """Resolvers that networkd has learned or has configured, over all links."""
    return _state(machine, "DNS")


def search_domains(machine: Namespace) -> set[str]:
    """Search domains that networkd has learned or has configured, over all links."""
    return _state(machine, "DOMAINS")


def _state(machine: Namespace, key: str) -> set[str]:
    states = machine.file("/run/systemd/netif/links").iterdir()
    lines = [line for state in states for line in state.read_text().splitlines()]
    return {word for line in lines if line.startswith(f"{key}=") for word in line.partition("=")[2].split()}
