"""Lasting traffic during a change: datagrams are sent as fast as they are answered, and none of them may be lost.

A constant rate would have to be low, as a busy machine loses datagrams that it cannot handle in time; but a low rate
would miss a gap of some microseconds. So each answer triggers the next datagram: a few are in flight all the time, no
queue overflows, and a datagram without an answer was dropped. A listener that gets no processor for seconds looks like
a loss at first, so a datagram without an answer counts as in flight for as long as it may wait in the listener's queue.
"""

import select
import socket
import threading
import time
from typing import Any

from taploom.lab.senders import connected

WINDOW = 16
"""Datagrams in flight."""
STALLED = 0.1
"""Seconds of silence after which the datagrams in flight count as late, and new ones are sent."""
MISSING = 2 * WINDOW
"""Number of unanswered datagrams, late or lost, at which no new ones are sent: a queue has room for as many."""
GRACE = 0.5
"""Seconds to connect."""
LATEST = 2.0
"""Seconds to wait for one more answer in the end: a busy machine is late."""
MARK = b"load "
"""The prefix of these datagrams, by which a listener recognises them and does not record them."""
LONGEST = 120.0
"""Seconds after which the traffic ends even without a request to end it."""


def load(to: str, port: int, source: str | None, over: threading.Event) -> dict[str, Any]:
    """Sends datagrams to a listener until `over` is set, and counts the answers.

    Args:
        to: Numeric address.
        port: UDP port.
        source: Source address, or None for the kernel's choice.
        over: Set when the traffic is to end.

    Returns:
        `sent` and `received`.
    """
    with connected(socket.SOCK_DGRAM, to, port, source, GRACE) as sock:
        sock.settimeout(0)
        sent = received = given_up = 0
        end = time.monotonic() + LONGEST
        while time.monotonic() < end and not over.is_set():
            while sent - received < min(WINDOW + given_up, MISSING):
                sock.send(MARK + b"%d" % sent)
                sent += 1
            got = _received(sock, STALLED)
            received += got
            given_up = min(given_up, sent - received) if got else sent - received
        while received < sent and (got := _received(sock, LATEST)):
            received += got
        return {"sent": sent, "received": received}


def _received(sock: socket.socket, patience: float) -> int:
    """The number of answers that are there once the first one arrives; 0 if none arrives in time."""
    if not select.select([sock], [], [], patience)[0]:
        return 0
    number = 0
    while True:
        try:
            sock.recv(4096)
        except BlockingIOError:
            return number
        number += 1
