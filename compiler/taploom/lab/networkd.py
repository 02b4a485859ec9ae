"""Runs a real systemd-networkd with given units inside a namespace.

systemd has no offline validator for units (systemd#31984), but the daemon logs every line that it does not
understand. So the lab runs the daemon, and `complaints` returns its objections; each objection is a bug in the
compiler.
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
"""Log line of networkd after it has read the units and listed the links; 257 has no `Enumeration completed`."""
PERSISTENT_STORAGE = 256
"""First systemd version whose DHCP server waits until `networkctl persistent-storage` reports that /var is there."""


def binary(root: Path = Path("/")) -> Path | None:
    """The path of the daemon on this machine, or in a folder with another system; None if it is missing."""
    return next((Path(path) for path in DAEMONS if (root / path.lstrip("/")).exists()), None)


_ENTER_ROOT = """
set -eu
for part in run proc dev sys; do mount --rbind "/$part" "$1/$part"; done
mount -t tmpfs -o mode=755 tmpfs "$1/var/lib/systemd"
if [ -e "$1/etc/machine-id" ]; then mount --bind /etc/machine-id "$1/etc/machine-id"; fi
"""


def units_in(directory: Path) -> dict[str, str]:
    """The texts of the files below a directory, by the path within the directory, as `Networkd` takes them."""
    return {
        str(path.relative_to(directory)): path.read_text() for path in sorted(directory.rglob("*")) if path.is_file()
    }


@dataclass(frozen=True, slots=True)
class LinkState:
    """The state of a link in networkd.

    Attributes:
        setup: `configured`; `configuring`, for ever if something is missing (networkd logs nothing about a route whose
            gateway does not exist); `failed`; or `unmanaged` if no unit matches.
        unit: Name of the matching `.network` file, or None.
    """

    setup: str
    unit: str | None


class Networkd:
    """A systemd-networkd that runs in a namespace; it cannot outlive the namespace.

    Attributes:
        namespace: The namespace.
        version: Version of systemd, such as 252.
    """

    def __init__(
        self, namespace: Namespace, units: Mapping[str, str], bus: bool = False, root: Path | None = None
    ) -> None:
        """Starts networkd, and returns when the daemon has read its units and listed the links.

        Args:
            namespace: The namespace in which networkd runs.
            units: Texts of the files by path below the unit directory: `10-a.network`, `10-a.network.d/x.conf`.
            bus: Whether to start a D-Bus, too, so that `networkctl reload` and `status` work.
            root: Folder with a distribution (made by debootstrap, for example) whose systemd is used, or None for
                the systemd of this machine.

        Raises:
            LabError: There is no networkd, or the daemon ended.
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
        """Creates the state directories for the user of the daemon."""
        directories = (*STATE_DIRS, STORAGE_DIR)
        self.namespace.run(*self._within, "mkdir", "-p", *directories)
        self.namespace.run(*self._within, "chown", "systemd-network:systemd-network", *directories)

    def networkctl(self, *arguments: str) -> str:
        """Runs `networkctl` and returns its output; most of its commands need the bus."""
        # Without this variable, networkctl in a chroot does nothing and reports success.
        return self.namespace.run(
            *self._within, "env", "SYSTEMD_IGNORE_CHROOT=1", "networkctl", "--no-pager", *arguments
        )

    def put(self, units: Mapping[str, str]) -> None:
        """Replaces all unit files; the daemon reads the new ones at the next `reload` or `restart`."""
        directory = self.namespace.file(UNIT_DIR)
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        for path, text in sorted(units.items()):
            self.namespace.write(f"{UNIT_DIR}/{path}", text)

    def install(self, changed: Mapping[str, str], gone: Iterable[str]) -> None:
        """Writes some unit files and removes others, but rewrites no unchanged file, as networkd would reload it."""
        for path, text in sorted(changed.items()):
            self.namespace.write(f"{UNIT_DIR}/{path}", text)
        for path in gone:
            self.namespace.file(f"{UNIT_DIR}/{path}").unlink()

    def reload(self) -> None:
        """Runs `networkctl reload`, which needs the bus."""
        self.networkctl("reload")

    def restart(self) -> None:
        """Stops the daemon and starts it again, as `systemctl restart` would."""
        self.stop()
        self._daemon = self._start()

    def stop(self) -> None:
        """Stops the daemon, which leaves its configuration in the kernel."""
        self._daemon.stop()

    def log(self) -> str:
        """The log of the daemon so far."""
        return self._daemon.log()

    def complaints(self) -> tuple[str, ...]:
        """The log lines in which networkd objects to its units, and a line if networkd has ended."""
        ended = () if self._daemon.running() else ("networkd: has ended",)
        return (*complaints(self.log()), *ended)

    def links(self) -> dict[str, LinkState]:
        """The state of every link, by name: the matching unit, and whether networkd has applied the unit."""
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
            LabError: networkd has not applied them in time; the message contains the states and the log.
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
        """Waits until an interface has all given addresses.

        Args:
            ifname: Name of the interface.
            addresses: Addresses with prefix length, such as `10.0.0.10/24`.
            usable: Whether to wait until no address is tentative any more, which never happens without carrier.
            timeout: Seconds to wait.

        Raises:
            LabError: The interface lacks an address after this time; the message contains the log.
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
