"""Sends datagrams during a change, as fast as they are answered, to see whether any are lost.

A constant rate would have to be low, as a busy machine loses datagrams that it cannot handle in time; but a low rate
would miss a gap of some microseconds. So each answer triggers the next datagram: a few datagrams are always in flight,
no queue overflows, and a datagram without an answer was dropped. If a listener gets no processor for seconds, its
answers are late. So a datagram without an answer counts as in flight for as long as it may be in the listener's queue.
"""

import select
import socket
import threading
import time
from typing import Any

from taploom.lab.senders import connected

WINDOW = 16
"""Number of datagrams in flight."""
STALLED = 0.1
"""Seconds without an answer after which the datagrams in flight count as late, so that new ones are sent."""
MISSING = 2 * WINDOW
"""Maximum number of unanswered datagrams, late or lost; a listener's queue has room for as many."""
GRACE = 0.5
"""Seconds until a connection attempt fails."""
LATEST = 2.0
"""Seconds to wait for each further answer at the end, as a busy machine answers late."""
MARK = b"load "
"""Prefix of the datagrams; a listener does not record datagrams with this prefix."""
LONGEST = 120.0
"""Seconds after which lasting traffic ends by itself."""


def load(to: str, port: int, source: str | None, over: threading.Event) -> dict[str, Any]:
    """Sends datagrams to a listener until `over` is set, and counts the answers.

    Args:
        to: Numeric address.
        port: UDP port.
        source: Source address, or None for the kernel's choice.
        over: An event that ends the traffic.

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
    """Waits for an answer and returns the number of answers received then; 0 if none arrives in time."""
    if not select.select([sock], [], [], patience)[0]:
        return 0
    number = 0
    while True:
        try:
            sock.recv(4096)
        except BlockingIOError:
            return number
        number += 1
