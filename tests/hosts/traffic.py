"""Streams of datagrams that go on while a host takes something up: what had to pass, and what had to be dropped.

Watched are packets and not the ruleset: a look afterwards cannot see the millisecond in which there was none.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from taploom.lab.waiting import LabError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from taploom.lab.namespace import Namespace

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Flow:
    """A stream to be sent.

    Attributes:
        name: In words, for messages.
        source: The machine that sends.
        to: The address that it sends to.
        port: UDP port.
        sink: The machine at which it arrives, if it does.
        interface: At which it is seen there; None for a socket of the machine, so that its own filter comes first.
        fresh: Whether each datagram begins a connection; else all are one.
        rate: Datagrams a second.
    """

    name: str
    source: Namespace
    to: str
    port: int
    sink: Namespace
    interface: str | None = None
    fresh: bool = True
    rate: int = 1000


@dataclass(frozen=True)
class Carried:
    """What became of a stream.

    Attributes:
        flow: The stream.
        sent: Number of datagrams.
        arrived: Number of each that arrived, in the order of arrival, with seconds since the stream began.
    """

    flow: Flow
    sent: int
    arrived: tuple[tuple[int, float], ...]

    @property
    def lost(self) -> int:
        """How many datagrams did not arrive."""
        return self.sent - len({number for number, _ in self.arrived})

    @property
    def gap(self) -> float:
        """The longest time without an arrival, in seconds."""
        numbers = sorted({number for number, _ in self.arrived})
        ends = [-1, *numbers, self.sent]
        return max(b - a - 1 for a, b in pairwise(ends)) / self.flow.rate


class Running:
    """A stream that goes on."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        asked = {
            "from": f"/proc/{flow.source.pid}/ns/net",
            "into": f"/proc/{flow.sink.pid}/ns/net",
            "interface": flow.interface,
            "to": flow.to,
            "port": flow.port,
            "fresh": flow.fresh,
            "rate": flow.rate,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-P", "-m", "tests.hosts.stream", json.dumps(asked)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": f"{ROOT}:{ROOT / 'compiler'}"},
            start_new_session=True,
        )
        assert self._process.stdout
        if self._process.stdout.readline() != "ready\n":
            raise LabError(f"no stream: {flow.name}")

    def end(self) -> Carried:
        """Stops sending, and says what became of it."""
        said = json.loads(self._process.communicate()[0])
        return Carried(self.flow, said["sent"], tuple((number, at) for number, at in said["arrived"]))


@contextmanager
def streaming(flows: Iterable[Flow]) -> Iterator[dict[str, Carried]]:
    """Streams go on within the context; the mapping is filled when it ends: by name, what became of each."""
    running = [Running(flow) for flow in flows]
    seen: dict[str, Carried] = {}
    try:
        yield seen
    finally:
        seen.update({one.flow.name: one.end() for one in running})
