"""Answers that go on and on after one question: whoever passes them has to remember who asked.

A steady pace that any machine keeps up with, since what is missing has to have been refused. How many there were is
asked in the end, by a question that would have the next answers pass again.
"""

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from taploom.lab.load import GRACE, MARK
from taploom.lab.senders import connected

EVERY = 0.002
"""Seconds between two answers."""
PATIENCE = 0.3
"""Seconds in which the first answer, and the number of them, should come; else it is asked again."""
TRIES = 5
_LATE = 0.9
"""Of all answers, from where on they are the last ones."""
_ASK, _COUNT = MARK + b"pour ", MARK + b"poured?"
_SAID = b"poured "


def attend(to: str, port: int, source: str | None, seconds: float) -> dict[str, Any]:
    """Asks a listener once, and counts what it answers from then on.

    Args:
        to: Numeric address.
        port: UDP port.
        source: Address to send from, or none for the kernel's choice.
        seconds: How long it should answer.

    Returns:
        `sent` and `received`, both 0 where it does not answer at all; `goes_on`, whether the last ones came.
    """
    with connected(socket.SOCK_DGRAM, to, port, source, GRACE) as sock:
        if not _asked(sock, _ASK + b"%f" % seconds):
            return {"sent": 0, "received": 0, "goes_on": False}
        received, number, end = 1, 0, time.monotonic() + seconds + GRACE
        while (left := end - time.monotonic()) > 0:
            if said := _next(sock, left):
                number = int(said)
                received += 1
        try:
            sent = int(_asked(sock, _COUNT, _SAID) or 0)
        except OSError:  # who asked has no way there any more, as when the address that it asked from is gone
            return {"sent": 0, "received": received, "goes_on": False}
        return {"sent": sent, "received": received, "goes_on": bool(sent) and number > sent * _LATE}


def _asked(sock: socket.socket, question: bytes, begins: bytes = b"") -> bytes:
    """What follows the beginning of the first datagram that comes back and begins so; empty if none does."""
    for _ in range(TRIES):
        with contextlib.suppress(OSError):  # no way there, or an error that came back: it is asked again
            sock.send(question)
        while said := _next(sock, PATIENCE):
            if said.startswith(begins):
                return said.removeprefix(begins)
    return b""


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

    def heard(self, payload: bytes, peer: tuple[Any, ...], answer: Callable[[bytes], object]) -> bool:
        """Whether a datagram is a question of this kind, which is then answered.

        Args:
            payload: What it says.
            peer: Who asks.
            answer: Sends a datagram back.
        """
        if payload == _COUNT:
            answer(_SAID + b"%d" % self._poured.get(peer, 0))
        elif payload.startswith(_ASK) and peer not in self._poured:
            seconds = float(payload.removeprefix(_ASK))
            self._poured[peer] = 0
            threading.Thread(target=self._pour, args=(peer, seconds, answer), daemon=True).start()
        return payload == _COUNT or payload.startswith(_ASK)

    def _pour(self, peer: tuple[Any, ...], seconds: float, answer: Callable[[bytes], object]) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(OSError):  # its own address may be away for a moment, and the answer was not sent
                answer(b"%d" % self._poured[peer])
                self._poured[peer] += 1
            time.sleep(EVERY)
