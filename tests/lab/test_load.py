"""The lab's load generator counts only dropped datagrams as lost, not those that a busy listener reads late."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import pytest

from taploom.lab.load import load

SOON = 0.3
STALL = 3.0
"""Seconds for which the listener sleeps; its queue would overflow if the generator kept sending in that time."""


def _carried(to: str, family: socket.AddressFamily, answered: Callable[[int], bool], seconds: float) -> dict[str, int]:
    """Counts of datagrams and replies of a listener; `answered` says by number which datagrams the listener answers."""
    over, found = threading.Event(), dict[str, int]()
    with socket.socket(family, socket.SOCK_DGRAM) as listener:
        listener.bind((to, 0))
        listener.settimeout(SOON)

        def serve() -> None:
            number = 0
            while True:
                try:
                    payload, peer = listener.recvfrom(4096)
                except TimeoutError:
                    return
                if answered(number):
                    listener.sendto(payload, peer)
                number += 1

        server = threading.Thread(target=serve)
        server.start()
        threading.Timer(seconds, over.set).start()
        found |= load(to, listener.getsockname()[1], None, over)
        server.join()
    return found


@pytest.mark.parametrize(("to", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)])
def test_datagrams_that_a_listener_reads_late_are_not_lost(to: str, family: socket.AddressFamily) -> None:
    def late(number: int) -> bool:
        if number in (100, 200):
            time.sleep(STALL)
        return True

    found = _carried(to, family, late, 2 * STALL + 2 * SOON)
    assert found["sent"] == found["received"] > 500


@pytest.mark.parametrize(("to", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)])
def test_each_dropped_datagram_counts_as_lost(to: str, family: socket.AddressFamily) -> None:
    found = _carried(to, family, lambda number: number not in (100, 200, 201), 2 * SOON)
    assert found["sent"] - found["received"] == 3
    assert found["sent"] > 500
