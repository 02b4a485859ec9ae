"""Traffic that goes on while something changes: datagrams as fast as they are answered, none of which may be lost.

A steady pace would have to be slow, as a machine with work to do loses what it cannot keep up with, and a slow one
finds no gap of some microseconds. So the next datagram is sent when one comes back: a few are under way all the time,
no queue runs over, and what is missing in the end was dropped.
"""

import select
import socket
import threading
import time
from typing import Any

from taploom.lab.senders import connected

WINDOW = 16
"""Datagrams under way."""
STALLED = 0.1
"""Seconds of silence after which the datagrams under way count as lost, and new ones are sent."""
GRACE = 0.5
"""Seconds for the last answers."""
MARK = b"load "
"""What these datagrams begin with, so that a listener need not record each."""
LONGEST = 120.0
"""Seconds after which traffic that nobody has ended ends by itself."""


def load(to: str, port: int, source: str | None, over: threading.Event) -> dict[str, Any]:
    """Sends datagrams to a listener until told to end, and counts the answers.

    Args:
        to: Numeric address.
        port: UDP port.
        source: Address to send from, or none for the kernel's choice.
        over: Set when it is to end.

    Returns:
        `sent` and `received`.
    """
    with connected(socket.SOCK_DGRAM, to, port, source, GRACE) as sock:
        sock.settimeout(0)
        sent = received = given_up = 0
        end = time.monotonic() + LONGEST
        while time.monotonic() < end and not over.is_set():
            while sent - received - given_up < WINDOW:
                sock.send(MARK + b"%d" % sent)
                sent += 1
            got = _received(sock, STALLED)
            received += got
            given_up += 0 if got else sent - received - given_up
        last = time.monotonic() + GRACE
        while received < sent and (left := last - time.monotonic()) > 0:
            received += _received(sock, left)
        return {"sent": sent, "received": received}


def _received(sock: socket.socket, patience: float) -> int:
    """How many answers are there, once there is one."""
    if not select.select([sock], [], [], patience)[0]:
        return 0
    number = 0
    while True:
        try:
            sock.recv(4096)
        except BlockingIOError:
            return number
        number += 1
