"""Probes: whether a machine reaches an address, which machine answers, and which source address arrives there.

A firewall usually drops packets silently, so a dropped packet looks like a lost packet or like a slow machine. So each
try has a short timeout, and a probe is repeated if it is expected to pass. All probes run in parallel, so dozens of
probes take seconds.
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
"""The most tries of a probe that is expected to pass."""
PATIENCE = 20.0
"""Seconds without an answer of an agent after which a request fails."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One request to an agent to reach an address.

    Attributes:
        sender: The agent of the machine that sends.
        proto: `tcp`, `udp`, `icmp` (an echo request, of either family), or the name of another protocol.
        to: Numeric address.
        port: Destination port; for `icmp` a type other than echo request, or 0; 0 for protocols without ports.
        source: Source address, or None for the kernel's choice.
        passes: Whether the probe is expected to pass, so that it is repeated if no answer comes.
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
        server: Name of the machine that answered, if one of the lab's listeners did; else None.
        peer: Source address as it arrived there, after source translation.
        local: Destination address as it arrived there, after destination translation.
        port: Destination port as it arrived there; 0 if no listener of the lab answered.
        words: In hexadecimal, the words of an answered ping, or of a packet without answers; "" for other probes.
    """

    outcome: Outcome
    server: str | None = None
    peer: str | None = None
    local: str | None = None
    port: int = 0
    words: str = field(default="", compare=False)


class Agent:
    """The probing process of one machine; it ends with the machine at the latest."""

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
        """Ends the agent and its listeners. Closing twice is fine."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.wait()
        self._reader.join()

    def listen(self, proto: Literal["tcp", "udp"], *ports: int) -> None:
        """Listens on ports of all addresses of the machine; see `taploom.lab.listeners` for the answers."""
        self._now("listen", proto=proto, ports=list(ports))

    def hear(self, *protocols: int) -> None:
        """Begins to record source and destination of first packets of these protocols that arrive at the machine."""
        self._now("hear", protocols=list(protocols))

    def heard(self, words: list[str]) -> dict[str, tuple[str, str, int]]:
        """Sender, destination and port, as they arrived, of the packets with these words."""
        return {word: (ends[0], ends[1], ends[2]) for word, ends in self._now("heard", words=words)["heard"].items()}

    def seen(self) -> list[dict[str, Any]]:
        """The arrivals at listeners, oldest first: `{proto, port, peer, local, payload}`, payload in hexadecimal."""
        return list(self._now("seen")["seen"])

    def hold(self, to: str, port: int, source: str | None = None, listening: ListenerState = "") -> int:
        """Opens a TCP connection to a listener and keeps it; returns a number for `alive`.

        With `listening`, this side only receives from then on. The other side sends at once (`now`, as in a download),
        or after a call of `speak` on its agent (`later`), so that the connection is idle until then.
        """
        request = {"to": to, "port": port, "source": source, "timeout": TIMEOUT * TRIES, "listening": listening}
        return int(self._now("hold", **request)["stream"])

    def speak(self) -> None:
        """Lets the listeners of this machine send on the connections that were opened with `later`."""
        self._now("speak")

    def rest(self) -> None:
        """Ends the lasting traffic of this machine (`load`, `attend`)."""
        self._now("rest")

    def alive(self, stream: int, timeout: float = TIMEOUT) -> bool:
        """Whether a held connection still works: in time, a line is echoed, or octets of the other side arrive."""
        return bool(self._now("alive", stream=stream, timeout=timeout)["alive"])

    def send_frame(self, ifname: str, frame: bytes) -> None:
        """Sends a raw frame (see `taploom.lab.ethernet`) from an interface."""
        self._now("frame", ifname=ifname, frame=frame.hex())

    def capture(self, ifname: str) -> None:
        """Begins to keep the frames that arrive at an interface, and forgets those kept before."""
        self._now("capture", ifname=ifname)

    def captured(self, ifname: str) -> list[bytes]:
        """The frames kept so far."""
        return [bytes.fromhex(frame) for frame in self._now("captured", ifname=ifname)["frames"]]

    def ask(self, action: str, **request: Any) -> Future[dict[str, Any]]:
        """Sends a request of the protocol of `taploom.lab.agent`."""
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
        """Waits for an answer.

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
    """Runs probes all at once; the answers are in the order of the probes."""
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
