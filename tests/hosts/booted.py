"""A whole host: systemd as process 1, D-Bus, networkd, timers, the journal and reboots, over an overlay of a tree.

    with booted(uplinks=("eno1",)) as host:
        host.outside.ip("addr add 192.0.2.1/24 dev eno1")
        host.write("/etc/systemd/network/10-eno1.network", …)
        host.run("networkctl", "reload")
        host.reboot()

A host has namespaces of its own of each kind but that of users, and a cgroup. Its files are an overlay: nothing below
is written, what it writes is on a tmpfs, and both end with the process that holds them. Each uplink is a cable to
`outside`, a namespace of the lab in which its other end bears the same name: gateway, operator and internet in one,
or a place to plug in more. A reboot is a new process 1 with a new kernel's worth of network: files alone stay.
"""

from __future__ import annotations

import os
import signal
import subprocess
import uuid
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.hosts.upper import write_upper

from taploom.lab.namespace import Namespace, veth
from taploom.lab.waiting import LabError, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

STATE = "/run/host"
CGROUPS = "/run/cgroups"
BOOT = Path(__file__).with_name("boot.sh")
STARTED = ("running", "degraded")
WITHHELD = "-sys_time,-sys_module,-sys_rawio,-mac_admin,-mac_override,-wake_alarm,-block_suspend,-syslog"
"""Capabilities (capabilities(7)) with which a host would reach the machine: its clock, its modules, its devices."""


class Host(Namespace):
    """A host that has booted; `booted` makes one.

    Attributes:
        name: Its name.
        pid: Process in the outer process namespace whose `/proc/PID/ns` are its namespaces; another after each boot.
        tree: The folder that it boots.
        outside: The namespace at the other end of its uplinks.
        plug: Gives it its network cards, at each boot before systemd starts.
        boots: How often it has booted.
        upper: The folder of the files that it has beside those of its tree, or instead of them.
        group: Its cgroup, in the machine's tree of them.
    """

    def __init__(self, outside: Namespace, tree: Path, name: str, space: str) -> None:
        """Prepares the files of a host that has not booted.

        Args:
            outside: The namespace that holds the host's files.
            tree: Folder of a whole system, or `/`.
            name: Its name.
            space: Size of its disk, as tmpfs(5) writes it.
        """
        self.name = name
        self.outside = outside
        self.plug: Callable[[Host], None] = lambda _: None
        self.boots = 0
        self.tree = tree
        outside.run("sh", "-euc", _DISK, "disk", STATE, space, CGROUPS)
        self._state = outside.file(STATE)
        self.upper = self._state / "upper"
        write_upper(self.upper, tree, name)
        self.group = outside.file(CGROUPS) / f"taploom-host-{uuid.uuid4().hex[:12]}"
        self.group.mkdir()

    def boot(self, timeout: float = 60.0) -> None:
        """Starts process 1 and waits until the boot is over.

        Raises:
            LabError: systemd ended, or did not come up in time; the message holds what it printed.
        """
        into = [f"--mount=/proc/{self.outside.pid}/ns/mnt", f"--pid=/proc/{self.outside.pid}/ns/pid_for_children"]
        new = ["--net", "--mount", "--uts", "--ipc", "--pid", "--cgroup", "--fork", "--kill-child"]
        (self._state / "boot.sh").write_text(BOOT.read_text())
        shell = ["sh", f"{STATE}/boot.sh", STATE, str(self.tree), self.name, WITHHELD]
        joining = ["sh", "-c", 'echo 0 >"$0" && exec "$@"', f"{CGROUPS}/{self.group.name}/cgroup.procs"]
        self._process = subprocess.Popen(
            # Whoever started the tests may ignore a hang-up, which is how the kernel tells of a reboot.
            ["env", "--default-signal", "nsenter", *into, "--", *joining, "unshare", *new, *shell],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C must only reach the tests, which then end their hosts
        )
        assert self._process.stdin
        assert self._process.stdout
        assert self._process.stderr
        if self._process.stdout.readline() != "ready\n":
            raise LabError(f"{self.name} does not boot: {self._process.stderr.read().strip()}")
        self.pid = _child(self._process.pid)
        self.plug(self)
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self.boots += 1
        self._wait_started(timeout)

    def _wait_started(self, timeout: float) -> None:
        try:
            wait_for(lambda: not self.alive() or self.state() in STARTED, f"{self.name} to start", timeout)
        except LabError as late:
            raise LabError(f"{late}\n{self.console()}") from late
        if not self.alive():
            raise LabError(f"{self.name} ended while it started\n{self.console()}")

    def entering(self, argv: Iterable[str]) -> list[str]:
        """The command line that runs `argv` on the host, as root, beside its services."""
        at = f"/proc/{self.pid}/ns"
        kinds = ("net", "mnt", "uts", "ipc", "cgroup")
        flags = {"mnt": "mount"}
        into = [f"--{flags.get(kind, kind)}={at}/{kind}" for kind in kinds]
        environment = [
            "env",
            "-i",
            "--default-signal",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME=/root",
            "LC_ALL=C.UTF-8",
        ]
        within = ["setpriv", "--bounding-set", WITHHELD]
        return ["nsenter", *into, f"--pid={at}/pid_for_children", "--", *environment, *within, *argv]

    def begin(self, *argv: str) -> subprocess.Popen[bytes]:
        """Starts a command on the host, whose output nobody reads."""
        null = subprocess.DEVNULL
        return subprocess.Popen(self.entering(argv), stdin=null, stdout=null, stderr=null)

    def state(self) -> str:
        """The state of the system manager (`systemctl is-system-running`), such as `running`."""
        return self.run("systemctl", "is-system-running", check=False).strip()

    def alive(self) -> bool:
        """Whether process 1 runs."""
        return self._process.poll() is None

    def console(self) -> str:
        """What process 1 has printed since the first boot."""
        path = self.upper / ".console"
        return path.read_text(errors="replace") if path.exists() else ""

    def failed(self) -> tuple[str, ...]:
        """Names of units that have failed."""
        listed = self.run("systemctl", "list-units", "--failed", "--plain", "--no-legend")
        return tuple(line.split()[0] for line in listed.splitlines())

    def journal(self, *arguments: str) -> str:
        """Lines of the journal, of earlier boots too."""
        return self.run("journalctl", "--no-pager", "--output=short-monotonic", *arguments)

    def push(self, files: Mapping[str, str | bytes], to: str = "/", mode: int = 0o644) -> None:
        """Writes files on the host, with their directories.

        Args:
            files: Content by path below `to`.
            to: A directory of the host.
            mode: Mode of each.
        """
        for path, content in files.items():
            target = self.file(to) / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
            target.chmod(mode)

    def reboot(self, timeout: float = 60.0) -> None:
        """Reboots in order (`systemctl reboot`), and returns when the host has started again."""
        self.run("systemctl", "reboot", "--no-block", check=False)
        wait_for(lambda: not self.alive(), f"the shutdown of {self.name}", timeout)
        ended = self._process.returncode
        if ended != -signal.SIGHUP:
            raise LabError(f"{self.name} did not reboot, its process 1 ended with {ended}\n{self.console()}")
        self._hang_up()
        self.boot(timeout)

    def cut(self) -> None:
        """Ends every process at once, as a power cut does; `boot` starts it again with what it had written."""
        if self.boots:
            with suppress(ProcessLookupError, FileNotFoundError):
                os.kill(_child(self.pid), signal.SIGKILL)
            self._process.wait()
            self._hang_up()

    def close(self) -> None:
        """Ends the host; its files and its cables go with `outside`."""
        self.cut()
        for folder, _, _ in os.walk(self.group, topdown=False):
            Path(folder).rmdir()

    def _hang_up(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()


_DISK = """
mkdir "$1" "$3"
mount -t tmpfs -o "size=$2,mode=755" tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t cgroup2 cgroup2 "$3"
"""


@contextmanager
def booted(
    tree: Path = Path("/"), uplinks: Sequence[str] = (), name: str = "host", space: str = "256m"
) -> Iterator[Host]:
    """A host that has booted; it ends with the context.

    Args:
        tree: Folder of a whole system that it boots, or `/` for that of this machine.
        uplinks: Names of its network cards; each is a cable to `Host.outside`.
        name: Its name.
        space: Size of its disk, as tmpfs(5) writes it.

    Raises:
        LabError: The kernel refused, or systemd does not start.
    """
    with Namespace(f"{name}-outside") as outside:
        host = Host(outside, tree, name, space)
        host.plug = partial(_cable, outside, uplinks)
        try:
            host.boot()
            yield host
        finally:
            host.close()


def _cable(outside: Namespace, uplinks: Sequence[str], host: Host) -> None:
    for uplink in uplinks:
        veth(outside, uplink, host, uplink, up=False)


def _child(pid: int) -> int:
    """The process that another, which has one child, has started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    if not children:
        raise ProcessLookupError(pid)
    return int(children[0])
