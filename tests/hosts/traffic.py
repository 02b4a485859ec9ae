"""Streams of datagrams that run while a host takes up a plan, to count those that pass and those that are dropped.

The tests watch packets, not the ruleset: a later look at the ruleset cannot show that it was missing for a millisecond.
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
    """Description of a stream of UDP datagrams.

    Attributes:
        name: Name of the stream in messages.
        source: Machine that sends.
        to: Destination address.
        port: Destination port.
        sink: Machine at which the datagrams arrive if nothing drops them.
        interface: Interface of the sink on which to capture the datagrams; None to receive them at a socket, after the
            sink's own filter.
        fresh: Whether each datagram starts a new connection; otherwise all belong to one.
        rate: Datagrams per second.
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
    """Result of a stream.

    Attributes:
        flow: Description of the stream.
        sent: Count of datagrams sent.
        arrived: Arrivals in order: sequence number of the datagram, and seconds since the stream began.
    """

    flow: Flow
    sent: int
    arrived: tuple[tuple[int, float], ...]

    @property
    def lost(self) -> int:
        """Count of datagrams that did not arrive."""
        return self.sent - len({number for number, _ in self.arrived})

    @property
    def gap(self) -> float:
        """Seconds that the sender needed for the longest run of lost datagrams."""
        numbers = sorted({number for number, _ in self.arrived})
        ends = [-1, *numbers, self.sent]
        return max(b - a - 1 for a, b in pairwise(ends)) / self.flow.rate


class Running:
    """A running stream, sent by a child process."""

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
        """Stops the stream and returns its result."""
        result = json.loads(self._process.communicate()[0])
        return Carried(self.flow, result["sent"], tuple((number, at) for number, at in result["arrived"]))


@contextmanager
def streaming(flows: Iterable[Flow]) -> Iterator[dict[str, Carried]]:
    """Runs streams during the context, and fills the mapping at its end with the result of each stream, by name."""
    running = [Running(flow) for flow in flows]
    seen: dict[str, Carried] = {}
    try:
        yield seen
    finally:
        seen.update({one.flow.name: one.end() for one in running})
