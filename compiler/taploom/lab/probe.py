"""Sends probes, to see whether a machine reaches an address, which machine answers, and from which source address.

A firewall usually drops packets silently, so a dropped packet looks like a lost packet or a slow machine. So each try
has a short timeout, and a probe is repeated if it is expected to pass. All probes run in parallel, so dozens of probes
take only seconds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import Future
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from taploom.base.frozen import dataclass
from taploom.lab.waiting import LabError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taploom.lab.namespace import Namespace

Outcome = Literal["open", "refused", "unreachable", "denied", "timeout"]

ListenerState = Literal["", "now", "later"]

TIMEOUT = 0.6
"""Seconds for one try."""
TRIES = 5
"""Maximum number of tries of a probe that is expected to pass."""
PATIENCE = 20.0
"""Seconds after which a request to an agent fails if the agent does not answer."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe: the sender, the address and service that it tries to reach, and the expected result.

    Attributes:
        sender: The agent of the sending machine.
        proto: `tcp`, `udp`, `icmp` (an echo request, of either family), or the name of another protocol.
        to: Numeric address.
        port: Destination port; for `icmp` a type other than echo request, or 0; 0 for protocols without ports.
        source: Source address, or None for the kernel's choice.
        passes: Whether the probe is expected to pass; if so, it is repeated as long as no answer comes.
    """

    sender: Agent
    proto: str
    to: str
    port: int = 0
    source: str | None = None
    passes: bool = True


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The outcome of a probe.

    Attributes:
        outcome: `open` (answered), `refused` (a reset or port unreachable), `unreachable` (another ICMP error, or no
            route), `denied` (the sender's own kernel refused to send) or `timeout` (no answer).
        server: Name of the machine whose listener answered; None if no listener of the lab answered.
        peer: Source address on arrival, after source translation; or None.
        local: Destination address on arrival, after destination translation; or None.
        port: Destination port on arrival; 0 if no listener of the lab answered.
        words: The words that identify the packet, in hexadecimal, for pings and for protocols without answers; else "".
    """

    outcome: Outcome
    server: str | None = None
    peer: str | None = None
    local: str | None = None
    port: int = 0
    words: str = field(default="", compare=False)


class Agent:
    """The client for the agent process of one machine; the process cannot outlive the machine."""

    def __init__(self, machine: Namespace) -> None:
        self.machine = machine
        root = str(Path(__file__).parents[2])
        command = ["env", f"PYTHONPATH={root}", sys.executable, "-S", "-P", "-m", "taploom.lab.agent", machine.name]
        self._process = subprocess.Popen(
            machine.entering(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self._lock = threading.Lock()
        self._waiting: dict[int, Future[dict[str, Any]]] = {}
        self._asked = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def close(self) -> None:
        """Ends the agent and its listeners. A second call has no effect."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.wait()
        self._reader.join()

    def listen(self, proto: Literal["tcp", "udp"], *ports: int) -> None:
        """Starts listeners on ports of all addresses of the machine; see `taploom.lab.listeners` for their answers."""
        self._now("listen", proto=proto, ports=list(ports))

    def hear(self, *protocols: int) -> None:
        """Begins to record source and destination of arriving first packets of the given protocols."""
        self._now("hear", protocols=list(protocols))

    def heard(self, words: list[str]) -> dict[str, tuple[str, str, int]]:
        """The recorded source, destination and port of the packets with the given words."""
        return {word: (ends[0], ends[1], ends[2]) for word, ends in self._now("heard", words=words)["heard"].items()}

    def seen(self) -> list[dict[str, Any]]:
        """The arrivals at listeners, oldest first: `{proto, port, peer, local, payload}`, payload in hexadecimal."""
        return list(self._now("seen")["seen"])

    def hold(self, to: str, port: int, source: str | None = None, listening: ListenerState = "") -> int:
        """Opens a TCP connection to a listener and holds it; returns a number for `alive`.

        With `listening`, this machine only receives on the connection. The peer sends at once (`now`, as in a
        download), or after a call of `speak` on its agent (`later`), so that the connection is idle until then.
        """
        request = {"to": to, "port": port, "source": source, "timeout": TIMEOUT * TRIES, "listening": listening}
        return int(self._now("hold", **request)["stream"])

    def speak(self) -> None:
        """Makes the listeners of this machine send on connections that were opened with `later`."""
        self._now("speak")

    def rest(self) -> None:
        """Ends the lasting traffic of this machine (`load`, `attend`)."""
        self._now("rest")

    def alive(self, stream: int, timeout: float = TIMEOUT) -> bool:
        """Whether a held connection still works: within the timeout, a line is echoed, or octets of the peer arrive."""
        return bool(self._now("alive", stream=stream, timeout=timeout)["alive"])

    def send_frame(self, ifname: str, frame: bytes) -> None:
        """Sends a raw frame (see `taploom.lab.ethernet`) from an interface."""
        self._now("frame", ifname=ifname, frame=frame.hex())

    def capture(self, ifname: str) -> None:
        """Begins to capture the frames that arrive at an interface, and discards earlier captured frames."""
        self._now("capture", ifname=ifname)

    def captured(self, ifname: str) -> list[bytes]:
        """The frames that were captured so far."""
        return [bytes.fromhex(frame) for frame in self._now("captured", ifname=ifname)["frames"]]

    def ask(self, action: str, **request: Any) -> Future[dict[str, Any]]:
        """Sends a request in the protocol of `taploom.lab.agent`; the returned future receives the answer."""
        future: Future[dict[str, Any]] = Future()
        with self._lock:
            self._asked += 1
            self._waiting[self._asked] = future
            assert self._process.stdin
            self._process.stdin.write(json.dumps({"id": self._asked, "do": action, **request}) + "\n")
            self._process.stdin.flush()
        return future

    def _now(self, action: str, **request: Any) -> dict[str, Any]:
        return self.result(self.ask(action, **request))

    def result(self, future: Future[dict[str, Any]]) -> dict[str, Any]:
        """Waits for the answer to a request, and returns it.

        Raises:
            LabError: The request failed, or the agent has ended.
        """
        try:
            said = future.result(PATIENCE)
        except TimeoutError as late:
            raise LabError(f"{self.machine.name}: its agent has not answered for {PATIENCE:g} s") from late
        if "failed" in said:
            raise LabError(f"{self.machine.name}: {said['failed']}")
        return said

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            said = json.loads(line)
            self._waiting.pop(said.pop("id")).set_result(said)
        for future in list(self._waiting.values()):
            future.set_result({"failed": "the agent has ended"})
        self._process.stdout.close()


def run(probes: Iterable[Probe]) -> list[ProbeResult]:
    """Runs all probes in parallel; the results are in the order of the probes."""
    asked = [(probe.sender, _ask(probe)) for probe in probes]
    answers = (sender.result(future) for sender, future in asked)
    return [
        ProbeResult(
            said["outcome"],
            said.get("server"),
            said.get("peer"),
            said.get("local"),
            said.get("port", 0),
            said.get("words", ""),
        )
        for said in answers
    ]


def _ask(probe: Probe) -> Future[dict[str, Any]]:
    return probe.sender.ask(
        "send",
        proto=probe.proto,
        to=probe.to,
        port=probe.port,
        source=probe.source,
        timeout=TIMEOUT,
        tries=TRIES if probe.passes else 1,
    )
