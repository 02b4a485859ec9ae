"""A real systemd-networkd that runs given units inside a namespace.

systemd has no offline validator for units (systemd#31984), but the daemon logs every line that it does not
understand. So the units are executed, and `complaints` returns the verdict of systemd itself: each complaint is a bug
of the compiler.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from taploom.base.frozen import dataclass
from taploom.lab.bus import start_bus
from taploom.lab.complaints import complaints
from taploom.lab.waiting import LabError, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from taploom.lab.namespace import Daemon, Namespace

UNIT_DIR = "/run/systemd/network"
STATE_DIRS = ("/run/systemd/netif/links", "/run/systemd/netif/leases", "/run/systemd/netif/lldp", "/run/systemd/netif")
STORAGE_DIR = "/var/lib/systemd/network"
DAEMONS = (
    "/lib/systemd/systemd-networkd",
    "/usr/lib/systemd/systemd-networkd",
    "/run/current-system/systemd/lib/systemd/systemd-networkd",
)
READY = "lo: Link UP"
"""Logged when networkd lists the links, after it has read its units. (257 no longer logs `Enumeration completed`.)"""
PERSISTENT_STORAGE = 256
"""From this version on, the DHCP server waits for `networkctl persistent-storage`, which says that /var is there."""


def binary(root: Path = Path("/")) -> Path | None:
    """The path of the daemon on this machine, or within a folder with another system's files; None if it is missing."""
    return next((Path(path) for path in DAEMONS if (root / path.lstrip("/")).exists()), None)


_ENTER_ROOT = """
set -eu
for part in run proc dev sys; do mount --rbind "/$part" "$1/$part"; done
mount -t tmpfs -o mode=755 tmpfs "$1/var/lib/systemd"
if [ -e "$1/etc/machine-id" ]; then mount --bind /etc/machine-id "$1/etc/machine-id"; fi
"""


def units_in(directory: Path) -> dict[str, str]:
    """The files below a directory by their path in it, as `Networkd` takes them."""
    return {
        str(path.relative_to(directory)): path.read_text() for path in sorted(directory.rglob("*")) if path.is_file()
    }


@dataclass(frozen=True, slots=True)
class LinkState:
    """The state of a link in networkd.

    Attributes:
        setup: `configured`; `configuring`, even for ever if something is missing (for a route by a gateway that does
            not exist, networkd logs nothing); `failed`; `unmanaged` if no unit matches.
        unit: Name of the `.network` file that matches, or None.
    """

    setup: str
    unit: str | None


class Networkd:
    """A running systemd-networkd; it ends with its namespace at the latest.

    Attributes:
        namespace: Where it runs.
        version: Its version, such as 252.
    """

    def __init__(
        self, namespace: Namespace, units: Mapping[str, str], bus: bool = False, root: Path | None = None
    ) -> None:
        """Starts networkd, and returns when it has read its units and listed the links.

        Args:
            namespace: Where it runs.
            units: Text of the files by their path below the unit directory: `10-a.network`, `10-a.network.d/x.conf`.
            bus: Start a D-Bus too, so that `networkctl reload` and `status` work.
            root: Folder with another distribution, such as one by debootstrap; its systemd runs instead.

        Raises:
            LabError: There is no networkd, or it ended.
        """
        program = binary(root or Path("/"))
        if program is None:
            raise LabError(f"no systemd-networkd in {root or 'this machine'}")
        self.namespace = namespace
        self._within = ("chroot", str(root)) if root else ()
        if root:
            namespace.run("sh", "-c", _ENTER_ROOT, "root", str(root))
        self._program = str(program)
        self.version = int(namespace.run(*self._within, self._program, "--version").split()[1])
        self.put(units)
        self._own_state()
        if bus:
            start_bus(namespace)
        self._daemon = self._start()

    def _start(self) -> Daemon:
        settings = ["SYSTEMD_LOG_LEVEL=info", "SYSTEMD_LOG_TARGET=console", "SYSTEMD_LOG_COLOR=0", "container=lxc"]
        daemon = self.namespace.spawn("networkd", *self._within, "env", *settings, self._program)
        try:
            wait_for(lambda: READY in daemon.log() or not daemon.running(), f"networkd in {self.namespace.name}")
        except LabError as late:
            raise LabError(f"{late}\n{daemon.log()}") from late
        if not daemon.running():
            raise LabError(f"networkd in {self.namespace.name} ended:\n{daemon.log()}")
        if self.version >= PERSISTENT_STORAGE:
            self.networkctl("persistent-storage", "yes")
        return daemon

    def _own_state(self) -> None:
        """Creates the state directories, which belong to the user that the daemon runs as."""
        directories = (*STATE_DIRS, STORAGE_DIR)
        self.namespace.run(*self._within, "mkdir", "-p", *directories)
        self.namespace.run(*self._within, "chown", "systemd-network:systemd-network", *directories)

    def networkctl(self, *arguments: str) -> str:
        """Runs `networkctl` and returns what it prints; most of its commands need the bus."""
        # Without this variable, networkctl in a chroot does nothing and reports success.
        return self.namespace.run(
            *self._within, "env", "SYSTEMD_IGNORE_CHROOT=1", "networkctl", "--no-pager", *arguments
        )

    def put(self, units: Mapping[str, str]) -> None:
        """Replaces the unit files by these; the daemon reads them at its next `reload` or `restart`."""
        directory = self.namespace.file(UNIT_DIR)
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        for path, text in sorted(units.items()):
            self.namespace.write(f"{UNIT_DIR}/{path}", text)

    def install(self, changed: Mapping[str, str], gone: Iterable[str]) -> None:
        """Writes some unit files and removes others; the rest stays as it is, as a rewritten file counts as changed."""
        for path, text in sorted(changed.items()):
            self.namespace.write(f"{UNIT_DIR}/{path}", text)
        for path in gone:
            self.namespace.file(f"{UNIT_DIR}/{path}").unlink()

    def reload(self) -> None:
        """`networkctl reload`; needs the bus."""
        self.networkctl("reload")

    def restart(self) -> None:
        """Stops the daemon and starts it again, as `systemctl restart` would."""
        self.stop()
        self._daemon = self._start()

    def stop(self) -> None:
        """Stops the daemon; what it configured stays."""
        self._daemon.stop()

    def log(self) -> str:
        """The log of the daemon so far."""
        return self._daemon.log()

    def complaints(self) -> tuple[str, ...]:
        """Lines of the log in which networkd refuses, ignores or fails to do something; empty if there are none."""
        ended = () if self._daemon.running() else ("networkd: has ended",)
        return (*complaints(self.log()), *ended)

    def links(self) -> dict[str, LinkState]:
        """The state of every link, by name: the unit that matches it, and whether networkd has applied the unit."""
        listed = json.loads(self.namespace.run("ip", "-j", "link", "show"))
        return {link["ifname"]: self._link(link["ifindex"]) for link in listed}

    def _link(self, index: int) -> LinkState:
        path = self.namespace.file(f"/run/systemd/netif/links/{index}")
        lines = path.read_text().splitlines() if path.exists() else []
        entries = dict(line.split("=", 1) for line in lines if "=" in line)
        unit = entries.get("NETWORK_FILE")
        return LinkState(entries.get("ADMIN_STATE", "pending"), Path(unit).name if unit else None)

    def wait_configured(self, *ifnames: str, timeout: float = 10.0) -> None:
        """Waits until networkd has applied its units to these links.

        Raises:
            LabError: networkd has not done so in time; the message holds the states and the log.
        """
        try:
            wait_for(
                lambda: all(self._setup(ifname) == "configured" for ifname in ifnames),
                f"{', '.join(ifnames)} to be configured in {self.namespace.name}",
                timeout,
            )
        except LabError as late:
            raise LabError(f"{late}\nlinks: {self.links()}\nnetworkd's log:\n{self.log()}") from late

    def _setup(self, ifname: str) -> str | None:
        state = self.links().get(ifname)
        return state.setup if state else None

    def wait_for_addresses(self, ifname: str, *addresses: str, usable: bool = True, timeout: float = 10.0) -> None:
        """Waits until an interface has all of these addresses (`10.0.0.10/24`).

        Args:
            ifname: The interface.
            addresses: Each with its prefix length.
            usable: Wait until they are no longer tentative; on an interface without carrier they stay tentative.
            timeout: Seconds.

        Raises:
            LabError: The interface did not get them in time; the message holds the log.
        """
        wanted = frozenset(addresses)
        try:
            wait_for(
                lambda: wanted <= self.namespace.addresses(ifname, usable),
                f"{', '.join(sorted(wanted))} on {self.namespace.name}/{ifname}",
                timeout,
            )
        except LabError as late:
            there = sorted(self.namespace.addresses(ifname))
            raise LabError(f"{late}\naddresses: {there}\nnetworkd's log:\n{self.log()}") from late
