"""The program that runs inside a machine and probes on request; driven by `taploom.lab.probe`.

One process for a machine, for starting one for each probe would cost more than the probes do. Requests are lines of
JSON on standard input, `{id, do, …}`; each gets one line on standard output, `{id, …}` or `{id, failed}`. Each runs in
a thread, so answers come in the order in which they are ready. It ends when its input closes.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import TYPE_CHECKING, Any

from taploom.lab.arrivals import Arrivals
from taploom.lab.listeners import Listeners
from taploom.lab.load import load
from taploom.lab.pour import attend
from taploom.lab.senders import send
from taploom.lab.streams import Streams
from taploom.lab.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def main() -> None:
    """Answers requests until standard input closes."""
    listeners, arrivals, wire, streams = Listeners(sys.argv[1]), Arrivals(), Wire(), Streams()
    actions: Mapping[str, Callable[..., dict[str, Any]]] = {
        "listen": listeners.listen,
        "seen": listeners.seen,
        "speak": listeners.speak,
        "hear": arrivals.hear,
        "heard": arrivals.heard,
        "send": send,
        "load": load,
        "attend": attend,
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
