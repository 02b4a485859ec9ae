"""The agent: a program that runs inside a machine and sends probes on request of `taploom.lab.probe`.

Each machine has one such process, as a process for each probe would take longer than the probe. Requests are lines of
JSON on standard input, `{id, do, …}`; answers are lines on standard output, `{id, …}` or `{id, failed}`. Each
request runs in a thread, so an answer comes as soon as it is ready. Lasting traffic (`load`, `attend`) goes on until
the request `rest`. The program ends when its input closes.
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
        "rest": dict,
        "hold": streams.hold,
        "alive": streams.alive,
        "frame": wire.send,
        "capture": wire.capture,
        "captured": wire.captured,
    }
    lasting: Mapping[str, Callable[..., dict[str, Any]]] = {"load": load, "attend": attend}
    speaking, over = threading.Lock(), threading.Event()

    def answer(request: dict[str, Any], over: threading.Event) -> None:
        number, action = request.pop("id"), request.pop("do")
        try:
            said = lasting[action](**request, over=over) if action in lasting else actions[action](**request)
        except OSError as error:
            said = {"failed": str(error)}
        with speaking:
            print(json.dumps({"id": number, **said}), flush=True)

    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "rest":  # ends all earlier lasting traffic; later threads get a new event
            over.set()
            over = threading.Event()
        threading.Thread(target=answer, args=(request, over), daemon=True).start()


if __name__ == "__main__":
    main()
