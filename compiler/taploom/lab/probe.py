"""Probes: may this machine reach that address, who answered, and whom did it see?

Silence is the usual "no" of a firewall, so a wrong "no" (a lost packet, a slow machine) and a right one look alike.
Hence short time limits, retried only where a pass is expected: a suite of dozens costs seconds, for all probes run at
the same time, and none passes or fails by luck.
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

Listening = Literal["", "now", "later"]

TIMEOUT = 0.6
"""Seconds for one try."""
TRIES = 5
"""Tries where a pass is expected."""
PATIENCE = 20.0
"""Seconds until an agent that does not answer at all is an error."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One question.

    Attributes:
        sender: The agent of the machine that asks.
        proto: `tcp`, `udp`, `icmp` (an echo request, of either family), or another one, whose first packet is sent.
        to: Numeric address.
        port: Destination port; for `icmp` a type other than echo request, or 0; 0 for protocols without ports.
        source: Address to send from, or none for the kernel's choice.
        passes: Whether a pass is expected, so that silence is asked again.
    """

    sender: Agent
    proto: str
    to: str
    port: int = 0
    source: str | None = None
    passes: bool = True


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What became of a probe.

    Attributes:
        outcome: `open` answered; `refused` a reset or port unreachable; `unreachable` another ICMP error or no route;
            `denied` the sender's own kernel; `timeout` silence.
        server: Name of the machine that answered, if a listener of ours did.
        peer: Address that it saw as the sender's: what source translation made of it.
        local: Address at which it was reached: what destination translation made of it.
        port: Port at which it was reached, in the same way; 0 where no listener of ours answered.
        words: In hexadecimal, the words of an answered ping, or of a packet that nothing answers; "" for all else.
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
        """Listens on ports of all addresses of the machine, and answers who it is and whom it saw."""
        self._now("listen", proto=proto, ports=list(ports))

    def hear(self, *protocols: int) -> None:
        """Begins to keep the ends of first packets of these protocols that arrive at the machine."""
        self._now("hear", protocols=list(protocols))

    def heard(self, words: list[str]) -> dict[str, tuple[str, str, int]]:
        """Sender, destination and port, as they arrived, of the packets with these words."""
        return {word: (ends[0], ends[1], ends[2]) for word, ends in self._now("heard", words=words)["heard"].items()}

    def seen(self) -> list[dict[str, Any]]:
        """What arrived at listeners, oldest first: `{proto, port, peer, local, payload}`, payload in hexadecimal."""
        return list(self._now("seen")["seen"])

    def hold(self, to: str, port: int, source: str | None = None, listening: Listening = "") -> int:
        """Opens a TCP connection to a listener and keeps it; returns a number for `alive`.

        With `listening` this side is silent from then on: the other one speaks `now`, as in a download, or `later`,
        when its agent is told to, so that until then nobody says anything.
        """
        request = {"to": to, "port": port, "source": source, "timeout": TIMEOUT * TRIES, "listening": listening}
        return int(self._now("hold", **request)["stream"])

    def speak(self) -> None:
        """Lets the listeners of this machine speak where somebody listens for `later`."""
        self._now("speak")

    def rest(self) -> None:
        """Ends the traffic of this machine that goes on (`load`, `attend`)."""
        self._now("rest")

    def alive(self, stream: int, timeout: float = TIMEOUT) -> bool:
        """Whether a held connection still lives: a line is echoed, or the other side is heard to speak, in time."""
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
            LabError: The agent could not do it, or is gone.
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
