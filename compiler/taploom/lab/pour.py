"""Answers that go on and on after one question, so that a firewall has to remember the question to let them pass.

Their pace is steady, and slow enough for any machine, so that a missing answer was refused. They end when the asking
side wants to know how many there were; that is a new question, after which further answers would pass again.
"""

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from taploom.lab.load import GRACE, LONGEST, MARK
from taploom.lab.senders import connected

EVERY = 0.002
"""Seconds between two answers."""
PATIENCE = 0.3
"""Seconds in which the first answer, and the number of them, should come; else it is asked again."""
LATEST = 2.0
"""Seconds for one more answer in the end, a thousand times as long as between two: a busy machine is late."""
TRIES = 5
_ASK, _COUNT = MARK + b"pour", MARK + b"poured?"
_SAID = b"poured "


def attend(to: str, port: int, source: str | None, over: threading.Event) -> dict[str, Any]:
    """Asks a listener once, and counts its answers from then on, until told to end.

    Args:
        to: Numeric address.
        port: UDP port.
        source: Address to send from, or none for the kernel's choice.
        over: Set when it is to end.

    Returns:
        `sent` and `received`, both 0 where it does not answer at all; `goes_on`, whether answers still came in the end.
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
    """Asks until there is an answer; whether one came."""
    for _ in range(TRIES):
        with contextlib.suppress(OSError):  # no way there, or an error that came back: it is asked again
            sock.send(_ASK)
        if _next(sock, PATIENCE):
            return True
    return False


def _waiting(sock: socket.socket) -> int:
    """Takes what has come already, and says how many answers that were."""
    number = 0
    while _next(sock, 0):
        number += 1
    return number


def _ended(sock: socket.socket) -> tuple[int, int]:
    """Ends the answers; returns how many still came, and how many were sent (0 if the listener does not say)."""
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
    """The next datagram; empty for silence, and for an error that came back instead."""
    if select.select([sock], [], [], patience)[0]:
        with contextlib.suppress(OSError):
            return sock.recv(4096)
    return b""


class Pourer:
    """The answering side of a machine."""

    def __init__(self) -> None:
        self._poured: dict[tuple[Any, ...], int] = {}
        self._ended: set[tuple[Any, ...]] = set()
        self._counting = threading.Lock()

    def heard(self, payload: bytes, peer: tuple[Any, ...], answer: Callable[[bytes], object]) -> bool:
        """Whether a datagram is a question of this kind, which is then answered.

        Args:
            payload: What it says.
            peer: Who asks.
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
            with self._counting, contextlib.suppress(OSError):  # its own address may be away: the answer was not sent
                if peer in self._ended:
                    return
                answer(b"%d" % self._poured[peer])
                self._poured[peer] += 1
            time.sleep(EVERY)
