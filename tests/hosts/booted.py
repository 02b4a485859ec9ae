"""Boots a complete test host: systemd as process 1, D-Bus, networkd, timers, journal and reboots, on an overlay.

    with booted(uplinks=("eno1",)) as host:
        host.outside.ip("addr add 192.0.2.1/24 dev eno1")
        host.write("/etc/systemd/network/10-eno1.network", …)
        host.run("networkctl", "reload")
        host.reboot()

A host has its own namespaces of every kind except user, and its own cgroup. Its root is an overlay: the lower tree is
never written, and changes go to a tmpfs. Overlay and tmpfs disappear when the process that holds their mount namespace
ends. Each uplink is a veth pair whose other end has the same name in the namespace `outside`. `outside` plays gateway,
operator and internet at once; tests can attach further namespaces to it. A reboot starts a new process 1 in a fresh
network namespace; only files survive.
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
"""Capabilities (capabilities(7)) withheld from a host: they would let it change the machine's clock or devices."""


class Host(Namespace):
    """A test host with systemd as its process 1; the context manager `booted` creates and boots one.

    Attributes:
        name: Host name.
        pid: PID of the host's process 1, as seen from outside; `/proc/PID/ns` are the host's namespaces. It changes
            with each boot.
        tree: Root folder that the host boots, the lower layer of its overlay.
        outside: Namespace at the other end of the host's uplinks.
        plug: Function that creates the host's network cards; it runs at each boot, before systemd starts.
        boots: Number of boots so far.
        upper: Upper layer of the overlay: files that the host adds to its tree, or that replace files of the tree.
        group: Folder of the host's cgroup in the machine's cgroup tree.
    """

    def __init__(self, outside: Namespace, tree: Path, name: str, space: str) -> None:
        """Prepares the files of the host, without booting it.

        Args:
            outside: Namespace whose mounts hold the host's files.
            tree: Root folder of a complete system, or `/`.
            name: Host name.
            space: Size of the host's disk, in the syntax of tmpfs(5).
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
            LabError: systemd ended or did not start in time; the message contains its console output.
        """
        into = [f"--mount=/proc/{self.outside.pid}/ns/mnt", f"--pid=/proc/{self.outside.pid}/ns/pid_for_children"]
        new = ["--net", "--mount", "--uts", "--ipc", "--pid", "--cgroup", "--fork", "--kill-child"]
        (self._state / "boot.sh").write_text(BOOT.read_text())
        shell = ["sh", f"{STATE}/boot.sh", STATE, str(self.tree), self.name, WITHHELD]
        joining = ["sh", "-c", 'echo 0 >"$0" && exec "$@"', f"{CGROUPS}/{self.group.name}/cgroup.procs"]
        self._process = subprocess.Popen(
            # At a reboot inside a PID namespace, the kernel ends its process 1 with SIGHUP. The process that runs the
            # tests may ignore SIGHUP, so restore the default.
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
        """The command line that runs `argv` on the booted host, as root."""
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
        """Starts a command on the host without waiting for it; its output is discarded."""
        null = subprocess.DEVNULL
        return subprocess.Popen(self.entering(argv), stdin=null, stdout=null, stderr=null)

    def state(self) -> str:
        """The state of the system manager (`systemctl is-system-running`), such as `running`."""
        return self.run("systemctl", "is-system-running", check=False).strip()

    def alive(self) -> bool:
        """Whether process 1 runs."""
        return self._process.poll() is None

    def console(self) -> str:
        """The console output of process 1 since the first boot."""
        path = self.upper / ".console"
        return path.read_text(errors="replace") if path.exists() else ""

    def failed(self) -> tuple[str, ...]:
        """Names of units that have failed."""
        listed = self.run("systemctl", "list-units", "--failed", "--plain", "--no-legend")
        return tuple(line.split()[0] for line in listed.splitlines())

    def journal(self, *arguments: str) -> str:
        """Lines of the journal, including those of earlier boots."""
        return self.run("journalctl", "--no-pager", "--output=short-monotonic", *arguments)

    def push(self, files: Mapping[str, str | bytes], to: str = "/", mode: int = 0o644) -> None:
        """Writes files on the host, with their directories.

        Args:
            files: Content of each file, by path below `to`.
            to: Directory on the host.
            mode: File mode for all of them.
        """
        for path, content in files.items():
            target = self.file(to) / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
            target.chmod(mode)

    def reboot(self, timeout: float = 60.0) -> None:
        """Reboots with an orderly shutdown (`systemctl reboot`), and returns when the host has started again."""
        self.run("systemctl", "reboot", "--no-block", check=False)
        wait_for(lambda: not self.alive(), f"the shutdown of {self.name}", timeout)
        ended = self._process.returncode
        if ended != -signal.SIGHUP:
            raise LabError(f"{self.name} did not reboot, its process 1 ended with {ended}\n{self.console()}")
        self._hang_up()
        self.boot(timeout)

    def cut(self) -> None:
        """Kills all processes of the host at once, like a power cut. Its files stay; `boot` starts the host again."""
        if self.boots:
            with suppress(ProcessLookupError, FileNotFoundError):
                os.kill(_child(self.pid), signal.SIGKILL)
            self._process.wait()
            self._hang_up()

    def close(self) -> None:
        """Ends the host and removes its cgroup; its files and veth pairs disappear with `outside`."""
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
    """A booted host; it ends with the context.

    Args:
        tree: Root folder of the complete system to boot; `/` boots the system of this machine.
        uplinks: Names of the network cards; each is a veth pair to `Host.outside`.
        name: Host name.
        space: Size of the host's disk, in the syntax of tmpfs(5).

    Raises:
        LabError: The kernel refuses a namespace or mount, or systemd does not start.
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
    """PID of the only child of a process."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    if not children:
        raise ProcessLookupError(pid)
    return int(children[0])
