"""A host of the plan and its guests, run: real daemons, real TAPs, and the lab's world outside."""

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
    """Text of the files by their name."""
    return {artifact.path.rpartition("/")[2]: artifact.text for artifact in artifacts}


class Running:
    """One host with its guests, in a lab."""

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
        """The units for the version that is here, which only a first daemon can tell."""
        version = Networkd(self.lab.machine("version"), {}, root=self.root).version
        target = replace(self.plan.target, systemd=min(max(version, OLDEST), NEWEST))
        units = files(networkd.artifacts(replace(self.plan, target=target)))
        return Networkd(self.machine, units, bus=True, root=self.root)

    def boot(self, guest: Guest) -> Networkd:
        """A guest whose NICs are plugged in before it starts."""
        machine = self.lab.machine(guest.name)
        machine.sysctl({"net.ipv6.conf.default.dad_transmits": "0"})  # it takes a second, and nobody lies here
        for number, nic in enumerate(guest.nics):
            self.lab.tap(self.machine, nic.tap, machine, f"eth{number}", str(nic.mac))
        return Networkd(machine, files(guest_backend.artifacts(guest)), root=self.root)

    def complaints(self) -> dict[str, tuple[str, ...]]:
        """What the daemons refused, by machine; empty when all is well."""
        daemons = {self.plan.name: self.daemon, **self.guests}
        return {name: found for name, daemon in daemons.items() if (found := daemon.complaints())}


def link(machine: Namespace, name: str) -> dict[str, Any]:
    """All that the kernel says of a link; empty where there is none."""
    shown = machine.run("ip", "-j", "-d", "link", "show", "dev", name, check=False)
    found: list[dict[str, Any]] = json.loads(shown) if shown.startswith("[") else []
    return found[0] if found else {}


def routes(machine: Namespace, family: int, to: str = "default") -> list[dict[str, Any]]:
    """Routes to a destination."""
    found: list[dict[str, Any]] = json.loads(machine.run("ip", "-j", f"-{family}", "route", "show", to))
    return found


def way_out(machine: Namespace, family: int) -> tuple[str, str]:
    """Gateway and device of the one default route, once there is one."""
    (route,) = wait_for(lambda: routes(machine, family), f"a default route of IPv{family} on {machine.name}")
    return route["gateway"], route["dev"]


def resolvers(machine: Namespace) -> set[str]:
    """Resolvers that the daemon has learned or was told, over all links."""
    return _state(machine, "DNS")


def search_domains(machine: Namespace) -> set[str]:
    """Search domains, the same way."""
    return _state(machine, "DOMAINS")


def _state(machine: Namespace, key: str) -> set[str]:
    states = machine.file("/run/systemd/netif/links").iterdir()
    lines = [line for state in states for line in state.read_text().splitlines()]
    return {word for line in lines if line.startswith(f"{key}=") for word in line.partition("=")[2].split()}
