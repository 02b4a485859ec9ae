"""Runs one machine of a lab: a network namespace with separate mounts, process ids and host name.

No namespace has a name in the system, and no file is on a disk. One *anchor* process holds the namespaces, and ends
when its standard input closes. It is process 1 of its process namespace, so the kernel then kills every process inside.
With the last process, the kernel removes the mounts (every file of the lab is on a tmpfs), the interfaces and the
namespaces. This also happens after an exception in the lab, or if SIGTERM or SIGKILL ends it. Labs that run at the same
time cannot interfere with each other.

The isolation meets the needs of systemd-networkd (tested with 252 and 257): a read-only /sys, so that it does not wait
for udev; an empty /run; a /dev/net/tun that every user may open (udev configures it so, but containers often do
not); and no configuration or identity of the real machine. A user namespace has only one user, so
there the daemon runs as this user, and no device can be created.
"""

from __future__ import annotations

import json
import subprocess
import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from taploom.lab.waiting import LabError, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

LAB_DIR = "/run/taploom-lab"
"""The directory inside a namespace for the logs and process ids of daemons."""

_ANCHOR = """
set -eu
current=$(readlink /run/current-system || :)
mount -t tmpfs -o mode=755 tmpfs /run
[ -z "$current" ] || ln -s "$current" /run/current-system
mount -t sysfs -o ro sysfs /sys
mount -t tmpfs -o mode=755 tmpfs /var/lib/systemd
if [ -d /etc/systemd/network ]; then mount -t tmpfs -o mode=755 tmpfs /etc/systemd/network; fi
if [ -e /etc/systemd/networkd.conf ]; then mount --bind /dev/null /etc/systemd/networkd.conf; fi
mkdir /run/taploom-lab
if [ -c /dev/net/tun ] && mknod -m 666 /run/taploom-lab/tun c 10 200 2>/dev/null; then
  mount --bind /run/taploom-lab/tun /dev/net/tun
fi
if ! chown systemd-network:systemd-network /run/taploom-lab 2>/dev/null; then
  for table in passwd group; do
    sed -E 's/^(systemd-network:[^:]*):[0-9]+(:[0-9]+)?/\\1:0\\2/; s/^(systemd-network:[^:]*:0):[0-9]+/\\1:0/' \
      /etc/$table >/run/taploom-lab/$table
    mount --bind /run/taploom-lab/$table /etc/$table
  done
fi
echo "$2" >/run/taploom-lab/machine-id
if [ -e /etc/machine-id ]; then mount --bind /run/taploom-lab/machine-id /etc/machine-id; fi
hostname "$1" 2>/dev/null || echo "$1" >/proc/sys/kernel/hostname
ip link set lo up
echo ready
exec cat >/dev/null
"""
_SET = 'while [ $# -gt 0 ]; do printf %s "$2" >"/proc/sys/$1" || exit 1; shift 2; done'
_DAEMON = 'echo $$ >"$0.pid"; exec "$@" >"$0.log" 2>&1'


class Namespace:
    """A machine of a lab; use it as a context manager, or through `taploom.lab.session.Lab`.

    Attributes:
        name: Host name inside, also used in messages; other machines in the system may have the same name.
        pid: Id of the anchor process outside; `/proc/PID/ns` are the namespaces.
    """

    def __init__(self, name: str) -> None:
        """Creates the namespaces.

        Raises:
            LabError: The kernel or a tool refused; the usual reason is that root is needed.
        """
        self.name = name
        command = ["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"]
        self._anchor = subprocess.Popen(
            [*command, "sh", "-c", _ANCHOR, "anchor", name, uuid.uuid4().hex],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C must reach only the lab, which then closes its namespaces
        )
        self.pid = self._anchor.pid
        assert self._anchor.stdout
        assert self._anchor.stderr
        if self._anchor.stdout.readline() != "ready\n":
            said = self._anchor.stderr.read().strip()
            self.close()
            raise LabError(f"no namespace for {name}: {said}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends every process inside; the kernel removes the rest. A second call has no effect."""
        for pipe in (self._anchor.stdin, self._anchor.stdout, self._anchor.stderr):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()
        self._anchor.kill()
        self._anchor.wait()

    def entering(self, argv: Iterable[str]) -> list[str]:
        """The command line that runs the command `argv` inside."""
        at = f"/proc/{self.pid}/ns"
        into = [f"--net={at}/net", f"--mount={at}/mnt", f"--uts={at}/uts", f"--pid={at}/pid_for_children"]
        return ["nsenter", *into, "--", *argv]

    def run(self, *argv: str, text: str | None = None, check: bool = True, timeout: float = 20.0) -> str:
        """Runs a command inside and returns its standard output; if `check` is false, standard error follows.

        Args:
            argv: The command.
            text: Standard input of the command.
            check: Whether an exit status other than 0 is an error.
            timeout: Seconds until the command is killed.

        Raises:
            LabError: The command failed, or did not end in time.
        """
        try:
            done = subprocess.run(
                self.entering(argv), input=text or "", capture_output=True, text=True, timeout=timeout, check=False
            )
        except subprocess.TimeoutExpired as late:
            raise LabError(f"{self.name}: {' '.join(argv)}: not done after {timeout:g} s") from late
        if not check:
            return done.stdout + done.stderr
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise LabError(f"{self.name}: {' '.join(argv)}: exit {done.returncode}: {said}")
        return done.stdout

    def ip(self, command: str) -> None:
        """Runs `ip` inside; the arguments in `command` are separated by blanks."""
        self.run("ip", *command.split())

    def file(self, path: str) -> Path:
        """The path by which processes outside the namespace can open a file inside."""
        return Path(f"/proc/{self.pid}/root") / path.lstrip("/")

    def write(self, path: str, text: str) -> None:
        """Writes a file in a tmpfs of the namespace (`/run`, `/etc/systemd/network`), and creates its directories."""
        target = self.file(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def sysctl(self, settings: Mapping[str, str]) -> None:
        """Applies kernel settings, in the order given.

        Args:
            settings: Values by name in the notation of sysctl.d(5): `net.ipv4.conf.all.forwarding`, or with slashes
                where a part holds dots (`net/ipv4/conf/eth0.1/forwarding`).
        """
        pairs = [part for name, value in settings.items() for part in (_proc_path(name), value)]
        self.run("sh", "-c", _SET, "sysctl", *pairs)

    def addresses(self, ifname: str, usable: bool = False) -> frozenset[str]:
        """The addresses of an interface, such as `10.0.0.1/24`; empty if there is no such interface.

        Args:
            ifname: Name of the interface.
            usable: Whether to omit tentative addresses (duplicate address detection runs, or waits for a carrier).
        """
        listed = self.run("ip", "-j", "addr", "show", "dev", ifname, check=False)
        links = json.loads(listed) if listed.startswith("[") else []
        return frozenset(
            f"{entry['local']}/{entry['prefixlen']}"
            for link in links
            for entry in link.get("addr_info", ())
            if not entry.get("dadfailed") and not (usable and entry.get("tentative"))
        )

    def spawn(self, name: str, *argv: str) -> Daemon:
        """Starts a long-running command inside, with its output in a new log file there."""
        self.file(f"{LAB_DIR}/{name}.log").unlink(missing_ok=True)
        command = self.entering(["sh", "-c", _DAEMON, f"{LAB_DIR}/{name}", *argv])
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        return Daemon(self, name, process)


class Daemon:
    """A long-running process inside a namespace; it cannot outlive the namespace."""

    def __init__(self, namespace: Namespace, name: str, process: subprocess.Popen[bytes]) -> None:
        self.namespace = namespace
        self.name = name
        self._process = process

    def log(self) -> str:
        """The log of the process so far."""
        path = self.namespace.file(f"{LAB_DIR}/{self.name}.log")
        return path.read_text(errors="replace") if path.exists() else ""

    def running(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def signal(self, name: str) -> None:
        """Sends a signal to the process, if it still runs."""
        pid = self.namespace.file(f"{LAB_DIR}/{self.name}.pid").read_text().strip()
        if self.running():
            self.namespace.run("kill", f"-{name}", pid, check=False)

    def stop(self, signal: str = "TERM", timeout: float = 5.0) -> None:
        """Ends the process with a signal, as a service manager would, and waits for its end."""
        self.signal(signal)
        wait_for(lambda: not self.running(), f"the end of {self.name} in {self.namespace.name}", timeout)


def veth(a: Namespace, a_name: str, b: Namespace, b_name: str, up: bool = True) -> None:
    """Connects two namespaces by a veth pair.

    Args:
        a: The first namespace; its interface is set up.
        a_name: Name of the interface in the first namespace.
        b: The second namespace.
        b_name: Name of the interface in the second namespace.
        up: Whether the second interface is set up, too; if false, a daemon must do it.

    Raises:
        LabError: The kernel refused.
    """
    create = ["ip", "link", "add", a_name, "type", "veth", "peer", "name", b_name, "netns", str(b.pid)]
    # Enter only the network namespace, as the process id of the other namespace is valid only outside.
    made = subprocess.run(
        ["nsenter", f"--net=/proc/{a.pid}/ns/net", "--", *create], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise LabError(f"no cable {a.name}/{a_name} to {b.name}/{b_name}: {made.stderr.strip()}")
    a.ip(f"link set {a_name} up")
    if up:
        b.ip(f"link set {b_name} up")


def _proc_path(name: str) -> str:
    """The path of a setting below /proc/sys; the first separator determines the notation, as in sysctl.d(5)."""
    dots, slashes = name.find("."), name.find("/")
    if slashes != -1 and (dots == -1 or slashes < dots):
        return name
    return name.translate(str.maketrans("./", "/."))
