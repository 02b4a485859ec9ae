"""Creates the machines of a lab, connects them, and ends them.

Use `Lab` as a context manager. Its exit ends all processes; `taploom.lab.namespace` explains why nothing stays behind.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from taploom.lab.namespace import Namespace, veth
from taploom.lab.probe import Agent
from taploom.lab.tap import Pump

if TYPE_CHECKING:
    from types import TracebackType


class Lab:
    """A lab: its machines, their agents, and the pump that carries frames between TAPs."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._pump: Pump | None = None
        self._agents: dict[int, Agent] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends all machines and processes. A second call has no effect."""
        self._stack.close()

    def machine(self, name: str) -> Namespace:
        """Creates a machine, which ends with the lab."""
        return self._stack.enter_context(Namespace(name))

    def cable(self, a: Namespace, a_name: str, b: Namespace, b_name: str) -> None:
        """Connects two machines by a veth pair with the given names; both interfaces are up."""
        veth(a, a_name, b, b_name)

    def tap(self, host: Namespace, tap: str, guest: Namespace, nic: str, mac: str) -> None:
        """Creates a guest's interface as a virtual machine monitor does; see `Pump.connect`."""
        if self._pump is None:
            self._pump = self._stack.enter_context(Pump())
        self._pump.connect(host, tap, guest, nic, mac)

    def agent(self, machine: Namespace) -> Agent:
        """The agent of a machine; the first call starts it."""
        if machine.pid not in self._agents:
            agent = self._agents[machine.pid] = Agent(machine)
            self._stack.callback(agent.close)
        return self._agents[machine.pid]
