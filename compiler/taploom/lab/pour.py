"""Sends and counts a stream of answers to one question, to see whether a firewall still knows the connection.

The answers have a steady pace that is slow enough for any machine, so a missing answer was dropped. At the end, the
client requests the number of answers, which ends the stream: the request is a new packet of the connection, so a
firewall that has forgotten the connection would let further answers pass again.
"""

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from taploom.lab.load import GRACE, LATEST, LONGEST, MARK
from taploom.lab.senders import connected

EVERY = 0.002
"""Seconds between two answers."""
PATIENCE = 0.3
"""Seconds to wait for an answer, or for the number of answers, before the request is repeated."""
TRIES = 5
_ASK, _COUNT = MARK + b"pour", MARK + b"poured?"
_SAID = b"poured "


def attend(to: str, port: int, source: str | None, over: threading.Event) -> dict[str, Any]:
    """Sends one question to a listener, and counts its answers until `over` is set.

    Args:
        to: Numeric address.
        port: UDP port.
        source: Source address, or None for the kernel's choice.
        over: An event that ends the count.

    Returns:
        `sent` and `received`, the numbers of answers, both 0 if the listener does not report how many it sent; and
        `goes_on`, whether answers still arrived at the end.
    """
    with connected(socket.SOCK_DGRAM, to, port, source, GRACE) as sock:
        received, again, sent = int(_asked(sock)), False, 0
        end = time.monotonic() + LONGEST
        while received and time.monotonic() < end and not over.is_set():
            received += bool(_next(sock, PATIENCE))
        if received:
            received += _waiting(sock)
            again = bool(_next(sock, LATEST))
            late, sent = _ended(sock)
            received += again + late
        return {"sent": sent, "received": received if sent else 0, "goes_on": again}


def _asked(sock: socket.socket) -> bool:
    """Sends the question until an answer comes, at most `TRIES` times; returns whether an answer came."""
    for _ in range(TRIES):
        with contextlib.suppress(OSError):  # no route, or an ICMP error: the next try may succeed
            sock.send(_ASK)
        if _next(sock, PATIENCE):
            return True
    return False


def _waiting(sock: socket.socket) -> int:
    """Receives the answers that have already arrived, and returns their number."""
    number = 0
    while _next(sock, 0):
        number += 1
    return number


def _ended(sock: socket.socket) -> tuple[int, int]:
    """Ends the stream; returns the number of late answers, and the number of all sent answers (0 if unknown)."""
    came = 0
    for _ in range(TRIES):
        with contextlib.suppress(OSError):  # the route to the listener may be gone
            sock.send(_COUNT)
        while said := _next(sock, PATIENCE):
            if said.startswith(_SAID):
                return came, int(said.removeprefix(_SAID))
            came += 1
    return came, 0


def _next(sock: socket.socket, patience: float) -> bytes:
    """The next datagram; empty if none arrives in time, or if an ICMP error arrives instead."""
    if select.select([sock], [], [], patience)[0]:
        with contextlib.suppress(OSError):
            return sock.recv(4096)
    return b""


class Pourer:
    """The sender of the streams of answers of one machine."""

    def __init__(self) -> None:
        self._poured: dict[tuple[Any, ...], int] = {}
        self._ended: set[tuple[Any, ...]] = set()
        self._counting = threading.Lock()

    def heard(self, payload: bytes, peer: tuple[Any, ...], answer: Callable[[bytes], object]) -> bool:
        """Handles a datagram if it is a request of this module, and returns whether it is one.

        Args:
            payload: Content of the datagram.
            peer: Address and port of the client.
            answer: The function that sends a datagram to the client.
        """
        if payload == _COUNT:
            with self._counting:
                self._ended.add(peer)
                answer(_SAID + b"%d" % self._poured.get(peer, 0))
        elif payload == _ASK and peer not in self._poured:
            self._poured[peer] = 0
            threading.Thread(target=self._pour, args=(peer, answer), daemon=True).start()
        return payload in (_ASK, _COUNT)

    def _pour(self, peer: tuple[Any, ...], answer: Callable[[bytes], object]) -> None:
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            with self._counting, contextlib.suppress(OSError):  # the source address may be gone
                if peer in self._ended:
                    return
                answer(b"%d" % self._poured[peer])
                self._poured[peer] += 1
            time.sleep(EVERY)
