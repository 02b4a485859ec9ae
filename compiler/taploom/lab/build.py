"""Runs a plan: starts its hosts, its guests and the worlds beyond its uplinks, each as a machine of the lab.

The rendered files run unchanged. The lab adds only cables, the TAPs of guests and the users that own the TAPs; a real
machine has them, too. A host starts like a real one: settings, ruleset, networkd, then guests. All worlds start in
parallel, then all hosts, then all guests, because they mostly wait.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from taploom.backends.artifact import Artifact
from taploom.base.address import Family
from taploom.lab import ruleset
from taploom.lab.namespace import LAB_DIR, Namespace
from taploom.lab.networkd import Networkd
from taploom.lab.outside import Beyond, OutsideLink, beyond, given_to
from taploom.lab.probe import Agent
from taploom.lab.session import Lab
from taploom.lab.waiting import wait_for
from taploom.lab.world import Segment, World
from taploom.plan.guest import Guest
from taploom.plan.host import Host
from taploom.plan.site import Plan

Item = TypeVar("Item")
Made = TypeVar("Made")

_AT_ONCE = 8
_SYSTEM_USER = 990
"""First user id for owners of TAPs; systemd 258 and later accepts only ids of system users."""


class RunningSite:
    """The running machines of a plan.

    Attributes:
        plan: The plan that runs.
        beyond: The networks beyond the uplinks, by zone.
        worlds: The machines that simulate these networks, by zone.
        hosts: Machines of hosts, by name.
        guests: Machines of guests, by name.
        daemons: The networkd of each host and guest, by `host/NAME` and `guest/NAME`.
        texts: The texts of the rendered files, by path.
    """

    def __init__(
        self, lab: Lab, plan: Plan, artifacts: Iterable[Artifact], root: Path | None = None, bus: bool = False
    ) -> None:
        """Starts all machines and daemons, and returns before the machines have their addresses.

        Args:
            lab: The lab; the machines end with it.
            plan: The plan.
            artifacts: Its rendered files.
            root: See `Networkd`.
            bus: See `Networkd`.

        Raises:
            LabError: A tool failed, or nft refused the ruleset.
        """
        self.lab = lab
        self.plan = plan
        self.texts = {artifact.path: artifact.text for artifact in artifacts}
        self._root, self._bus = root, bus
        self._plugging = threading.Lock()
        self.beyond: Mapping[str, Beyond] = {found.zone: found for found in beyond(plan)}
        self.worlds = dict(zip(self.beyond, in_parallel(self._world, self.beyond.values()), strict=True))
        self.hosts: dict[str, Namespace] = {host.name: lab.machine(host.name) for host in plan.hosts}
        self.daemons: dict[str, Networkd] = {}
        for zone, found in self.beyond.items():
            for link in found.links:
                for host, uplink in link.uplinks:
                    self.worlds[zone].plug(link.name, self.hosts[host], uplink)
        in_parallel(self._boot_host, plan.hosts)
        self.guests: dict[str, Namespace] = {guest.name: lab.machine(guest.name) for guest in plan.guests}
        in_parallel(self._boot_guest, plan.guests)

    def files(self, folder: str) -> dict[str, str]:
        """The texts of the rendered files below a folder of the tree, by the path within the folder."""
        return {
            path.removeprefix(f"{folder}/"): text for path, text in self.texts.items() if path.startswith(f"{folder}/")
        }

    def ruleset(self, host: str) -> str:
        """The rendered ruleset of a host."""
        return self.texts[f"hosts/{host}/nftables/taploom.nft"]

    def agent(self, machine: Namespace) -> Agent:
        """The probing process of a machine."""
        with self._plugging:
            return self.lab.agent(machine)

    def machines(self) -> dict[str, Namespace]:
        """All machines, by `zone/NAME`, `host/NAME` and `guest/NAME`."""
        return {
            **{f"zone/{name}": world.machine for name, world in self.worlds.items()},
            **{f"host/{name}": machine for name, machine in self.hosts.items()},
            **{f"guest/{name}": machine for name, machine in self.guests.items()},
        }

    def _world(self, found: Beyond) -> World:
        strangers = [str(address) for address, _ in found.strangers]
        return World(self.lab, [_segment(link) for link in found.links], strangers, f"zone-{found.zone}"[:63])

    def _boot_host(self, host: Host) -> None:
        machine = self.hosts[host.name]
        ruleset.filter_bridged(machine, on=False)
        machine.sysctl(settings("".join(self.files(f"hosts/{host.name}/sysctl").values())))
        if f"hosts/{host.name}/nftables/taploom.nft" in self.texts:
            ruleset.load(machine, self.ruleset(host.name))
        users = {bridge.taps.user for bridge in host.bridges if bridge.taps.create}
        _add_users(machine, users, f"{self._root or ''}/etc/passwd")
        units = self.files(f"hosts/{host.name}/networkd")
        self.daemons[f"host/{host.name}"] = Networkd(machine, units, self._bus, self._root)
        self._configure(host)
        for bridge in host.bridges:
            for port in bridge.ports if bridge.taps.create else ():
                made = machine.file(f"/sys/class/net/{port.tap}")
                wait_for(made.exists, f"the TAP {host.name}/{port.tap}, which networkd should create")

    def _configure(self, host: Host) -> None:
        """Configures addresses and a default route of last resort, as a VPN or another daemon would on a real host."""
        machine = self.hosts[host.name]
        for name, link, metric in given_to(self.beyond.values(), host.name):
            machine.ip(f"link set {name} up")
            for own in link.given:
                machine.ip(f"addr add {own} dev {name}{' nodad' if own.family is Family.IPV6 else ''}")
                way = f"via {link.router(own.family)} dev {name} metric {metric}"
                machine.ip(f"-{own.family.value} route add default {way}")

    def _boot_guest(self, guest: Guest) -> None:
        machine = self.guests[guest.name]
        for number, nic in enumerate(guest.nics):
            with self._plugging:
                self.lab.tap(self.hosts[guest.host], nic.tap, machine, nic_name(number), str(nic.mac))
        units = self.files(f"guests/{guest.name}/networkd")
        self.daemons[f"guest/{guest.name}"] = Networkd(machine, units, self._bus, self._root)


def nic_name(number: int) -> str:
    """The name of a guest's NIC inside the guest; the units match the NIC by hardware address, so any name works."""
    return f"eth{number}"


def in_parallel(do: Callable[[Item], Made], items: Iterable[Item]) -> list[Made]:
    """Calls a function for several items at a time; returns the results in the order of the items."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(do, items))


def _segment(link: OutsideLink) -> Segment:
    ipv4 = link.dhcp or next((r for r in link.routers if r.family is Family.IPV4), None)
    ipv6 = link.ra or next((r for r in link.routers if r.family is Family.IPV6), None)
    also = tuple(str(router) for router in link.routers if router not in (ipv4, ipv6))
    first4, first6 = (str(router) if router else None for router in (ipv4, ipv6))
    return Segment(link.name, first4, first6, dhcp=link.dhcp is not None, ra=link.ra is not None, also=also)


def settings(text: str) -> dict[str, str]:
    """The settings in a file of sysctl.d(5), except those that network namespaces share."""
    lines = (line.partition("=") for line in text.splitlines() if "=" in line and line[0] not in "#;")
    return {key.strip(): value.strip() for key, _, value in lines if ".neigh.default.gc_thresh" not in key}


def _add_users(machine: Namespace, users: set[str], table: str) -> None:
    """Adds the users that own TAPs to a machine; a real host already has them."""
    missing = sorted(user for user in users if user)
    if missing:
        known = machine.run("cat", table)
        lines = (f"{user}:x:{_SYSTEM_USER + n}:65534::/:/usr/sbin/nologin\n" for n, user in enumerate(missing))
        machine.write(f"{LAB_DIR}/passwd", known + "".join(lines))
        machine.run("mount", "--bind", f"{LAB_DIR}/passwd", table)
