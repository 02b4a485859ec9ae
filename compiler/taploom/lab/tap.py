"""Real TAPs, as a virtual machine monitor would open them.

The units of a host match its guests' interfaces by `Kind=tun`, and a veth has another kind. So each guest gets a pair
of TAPs, one in the host's namespace and one in its own, and `taploom.lab.pump` carries the frames between them. With
them, the units run without a change for the lab (740 Mbit/s, 0.26 ms for a ping).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

from taploom.lab.waiting import LabError

if TYPE_CHECKING:
    from types import TracebackType

    from taploom.lab.namespace import Namespace


class Pump:
    """The process that holds the TAPs of one lab; a context manager. Its exit removes all TAPs."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("pump.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the pump, and with it the TAPs. Closing twice is fine."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        self._process.kill()
        self._process.wait()

    def connect(self, host: Namespace, tap: str, guest: Namespace, nic: str, mac: str) -> None:
        """Opens a TAP in the host's namespace and one in the guest's, and connects the two.

        Plug a guest in before its networkd starts, as a monitor does: networkd matches a link by its hardware address
        as soon as the link appears, and a TAP gets its address just after that.

        Args:
            host: Where the units of the host run.
            tap: Name of the interface there, such as `vm-a`. Its hardware address is random, as under a monitor.
            guest: Where the units of the guest run.
            nic: Name of the interface there, such as `eth0`.
            mac: Hardware address of the guest's interface.

        Raises:
            LabError: The kernel refused, for instance a name that exists already.
        """
        assert self._process.stdin
        assert self._process.stdout
        pair = [f"/proc/{host.pid}/ns/net", tap, f"/proc/{guest.pid}/ns/net", nic, mac]
        self._process.stdin.write(json.dumps(pair) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        if answer != "ok":
            raise LabError(f"no TAP {host.name}/{tap} to {guest.name}/{nic}: {answer or 'the pump has ended'}")
