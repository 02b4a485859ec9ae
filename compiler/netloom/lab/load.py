"""Traffic that goes on while something changes: datagrams at a steady pace, each of which must come back."""

import socket
import threading
import time
from typing import Any

from netloom.lab.senders import connected

GRACE = 0.5
"""Seconds for the last answers."""


def load(to: str, port: int, source: str | None, seconds: float, rate: int) -> dict[str, Any]:
    """Sends numbered datagrams to a listener and counts which of them are answered.

    Args:
        to: Numeric address.
        port: UDP port.
        source: Address to send from, or none for the kernel's choice.
        seconds: How long.
        rate: Datagrams per second.

    Returns:
        `sent` and `received`.
    """
    with connected(socket.SOCK_DGRAM, to, port, source, GRACE) as sock:
        received = [0]
        reader = threading.Thread(target=_count, args=(sock, received), daemon=True)
        reader.start()
        sent, begun = 0, time.monotonic()
        while (now := time.monotonic() - begun) < seconds:
            if sent <= now * rate:
                sock.send(b"%d" % sent)
                sent += 1
            else:
                time.sleep(1 / rate / 2)
        reader.join(seconds + 2 * GRACE)
        return {"sent": sent, "received": received[0]}


def _count(sock: socket.socket, received: list[int]) -> None:
    """Counts until it has been quiet for a while."""
    while True:
        try:
            sock.recv(4096)
        except OSError:
            return
        received[0] += 1
