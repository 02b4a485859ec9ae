"""The program that runs inside a machine and probes on request; driven by `netloom.lab.probe`.

One process for a machine, for starting one for each probe would cost more than the probes do. Requests are lines of
JSON on standard input, `{id, do, …}`; each gets one line on standard output, `{id, …}` or `{id, failed}`. Each runs in
a thread, so answers come in the order in which they are ready. It ends when its input closes.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from typing import TYPE_CHECKING, Any

from netloom.lab.listeners import Listeners
from netloom.lab.load import load
from netloom.lab.senders import connected, send
from netloom.lab.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Streams:
    """TCP connections that are held open, to see what outlives a reload."""

    def __init__(self) -> None:
        self._held: list[socket.socket] = []

    def hold(self, to: str, port: int, source: str | None, timeout: float) -> dict[str, Any]:
        """Connects and stays connected; the answer holds the stream's number."""
        stream = connected(socket.SOCK_STREAM, to, port, source, timeout)
        stream.recv(4096)
        self._held.append(stream)
        return {"stream": len(self._held) - 1}

    def alive(self, stream: int, timeout: float) -> dict[str, Any]:
        """Whether a line sent on a held stream is echoed in time."""
        held = self._held[stream]
        held.settimeout(timeout)
        try:
            held.sendall(b"still there?\n")
            return {"alive": bool(held.recv(4096))}
        except OSError:
            return {"alive": False}


def main() -> None:
    """Answers requests until standard input closes."""
    listeners, wire, streams = Listeners(sys.argv[1]), Wire(), Streams()
    actions: Mapping[str, Callable[..., dict[str, Any]]] = {
        "listen": listeners.listen,
        "seen": listeners.seen,
        "send": send,
        "load": load,
        "hold": streams.hold,
        "alive": streams.alive,
        "frame": wire.send,
        "capture": wire.capture,
        "captured": wire.captured,
    }
    speaking = threading.Lock()

    def answer(request: dict[str, Any]) -> None:
        number, action = request.pop("id"), request.pop("do")
        try:
            said = actions[action](**request)
        except OSError as error:
            said = {"failed": str(error)}
        with speaking:
            print(json.dumps({"id": number, **said}), flush=True)

    for line in sys.stdin:
        threading.Thread(target=answer, args=(json.loads(line),), daemon=True).start()


if __name__ == "__main__":
    main()
