"""A stream of answers to one question; a firewall lets the answers pass only while it remembers the question.

The pace is steady and slow enough for any machine, so a firewall has refused each answer that is missing. The stream
ends when the asking side asks for the number of answers. A firewall takes this request for a new question, and would
let further answers pass again.
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
"""Seconds to wait for an answer, or for the number of answers, before the question is sent again."""
TRIES = 5
_ASK, _COUNT = MARK + b"pour", MARK + b"poured?"
_SAID = b"poured "


def attend(to: str, port: int, source: str | None, over: threading.Event) -> dict[str, Any]:
    """Asks a listener once, and counts its answers until `over` is set.

    Args:
        to: Numeric address.
        port: UDP port.
        source: Address to send from, or none for the kernel's choice.
        over: Set by another thread when the count has to end.

    Returns:
        `sent` and `received`, the numbers of answers, both 0 if the listener does not give its number; `goes_on`,
        whether answers still came in the end.
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
        with contextlib.suppress(OSError):  # no route, or an ICMP error to the last question: the next try asks again
            sock.send(_ASK)
        if _next(sock, PATIENCE):
            return True
    return False


def _waiting(sock: socket.socket) -> int:
    """Receives the answers that have already come, and returns their number."""
    number = 0
    while _next(sock, 0):
        number += 1
    return number


def _ended(sock: socket.socket) -> tuple[int, int]:
    """Ends the stream; returns how many answers still came, and how many were sent (0 if the listener is silent)."""
    came = 0
    for _ in range(TRIES):
        with contextlib.suppress(OSError):  # the route there may be gone
            sock.send(_COUNT)
        while said := _next(sock, PATIENCE):
            if said.startswith(_SAID):
                return came, int(said.removeprefix(_SAID))
            came += 1
    return came, 0


def _next(sock: socket.socket, patience: float) -> bytes:
    """The next datagram; empty if none comes in time, or if an ICMP error comes instead."""
    if select.select([sock], [], [], patience)[0]:
        with contextlib.suppress(OSError):
            return sock.recv(4096)
    return b""


class Pourer:
    """Sends the streams of answers of one machine."""

    def __init__(self) -> None:
        self._poured: dict[tuple[Any, ...], int] = {}
        self._ended: set[tuple[Any, ...]] = set()
        self._counting = threading.Lock()

    def heard(self, payload: bytes, peer: tuple[Any, ...], answer: Callable[[bytes], object]) -> bool:
        """Answers a datagram if it is a question of this module; returns whether it is.

        Args:
            payload: Content of the datagram.
            peer: Address and port of the asking side.
            answer: Sends a datagram back.
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
            with self._counting, contextlib.suppress(OSError):  # the own address may be gone: the answer is not sent
                if peer in self._ended:
                    return
                answer(b"%d" % self._poured[peer])
                self._poured[peer] += 1
            time.sleep(EVERY)
