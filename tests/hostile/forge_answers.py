"""Forges that answer as none should, as sockets: each answer with the words that `comment` has for it."""

import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

Answer = Callable[[socket.socket, str], None]
_BEGIN = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def said(body: str | bytes, head: str = _BEGIN) -> Answer:
    """Answers everything with this."""
    raw = body.encode() if isinstance(body, str) else body

    def answer(to: socket.socket, _: str) -> None:
        to.sendall(f"{head}Content-Length: {len(raw)}\r\n\r\n".encode() + raw)

    return answer


def known(body: str | bytes) -> Answer:
    """Says who we are, and answers everything else with this."""
    ours, rest = said('{"id": 7, "login": "bot", "type": "Bot"}'), said(body)
    return lambda to, path: (ours if path.endswith("/user") else rest)(to, path)


def drip(to: socket.socket, _: str) -> None:
    """A byte now and then, each soon enough for any timeout of a socket."""
    to.sendall(f"{_BEGIN}Content-Length: 1000000\r\n\r\n[".encode())
    _slowly(to, b" ")


def drip_of_headers(to: socket.socket, _: str) -> None:
    to.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    _slowly(to, b"x")


def silence(to: socket.socket, _: str) -> None:
    _slowly(to, b"")


def never_ready(to: socket.socket, _: str) -> None:
    """`100 Continue`, for ever."""
    _slowly(to, b"HTTP/1.1 100 Continue\r\n\r\n")


def _slowly(to: socket.socket, piece: bytes) -> None:
    for _ in range(600):
        to.sendall(piece)
        time.sleep(0.05)


def endless_body(to: socket.socket, _: str) -> None:
    to.sendall(f"{_BEGIN}\r\n[".encode())
    while True:
        to.sendall(b" " * 65536)


def endless_chunks(to: socket.socket, _: str) -> None:
    to.sendall(f"{_BEGIN}Transfer-Encoding: chunked\r\n\r\n".encode())
    while True:
        to.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")


def endless_headers(to: socket.socket, _: str) -> None:
    to.sendall(b"HTTP/1.1 200 OK\r\n" + b"X-More: x\r\n" * 100_000)


def endless_pages(to: socket.socket, path: str) -> None:
    rows = ", ".join('{"id": 1, "body": "x", "user": {"login": "eve"}, "author": {"id": 9}}' for _ in range(100))
    known(f"[{rows}]")(to, path)


def cut_off(to: socket.socket, _: str) -> None:
    to.sendall(f"{_BEGIN}Content-Length: 1000\r\n\r\n[]".encode())


FORGES: dict[str, tuple[Answer, str]] = {
    "null": (said("null"), "not what its API documents"),
    "a list for an account": (said("[]"), "not what its API documents"),
    "a number": (said("5"), "not what its API documents"),
    "a text": (said('"x"'), "not what its API documents"),
    "no account in it": (said("{}"), "our account"),
    "an account of another kind": (said('{"id": "7", "login": 7}'), "not what its API documents"),
    "null for comments": (known("null"), "not what its API documents"),
    "an object for comments": (known('{"message": "x"}'), "not what its API documents"),
    "comments that are none": (known("[null, 5]"), "not what its API documents"),
    "a comment without a number": (
        known('[{"body": "x", "user": {"login": "bot"}, "author": {"id": 7}}]'),
        "no number as `id`",
    ),
    "a number that leads elsewhere": (
        known('[{"id": "../../../user", "body": "x", "user": {"login": "bot"}, "author": {"id": 7}}]'),
        "no number as `id`",
    ),
    "a body of another kind": (
        known('[{"id": 1, "body": {"x": 1}, "user": {"login": "bot"}, "author": {"id": 7}}]'),
        "no text as `body`",
    ),
    "an author of another kind": (known('[{"id": 1, "body": "x", "user": "bot", "author": "bot"}]'), "no object"),
    "nested 200,000 deep": (said("[" * 200_000 + "]" * 200_000), "no JSON that taploom reads"),
    "objects nested deep": (known('{"a":' * 200_000), "no JSON that taploom reads"),
    "a number of a million digits": (said("9" * 1_000_000), "no JSON that taploom reads"),
    "nothing": (said(""), "no JSON that taploom reads"),
    "a page for people": (said("<!DOCTYPE html><title>Sign in</title>"), "no JSON that taploom reads"),
    "bytes that are no text": (said(b"\xff\xfe\x00\xd8"), "no JSON that taploom reads"),
    "words of a runner": (said("##[error]x", "HTTP/1.1 418 ##[error]::x::\r\n"), "the forge answers 418"),
    "a redirect with the token": (said("", "HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:1/\r\n"), "leads elsewhere"),
    "a redirect to a file": (said("", "HTTP/1.1 307 x\r\nLocation: file:///etc/passwd\r\n"), "leads elsewhere"),
    "no HTTP": (lambda to, _: to.sendall(b"SSH-2.0-x\r\n"), "broke off"),
    "nothing at all": (lambda *_: None, "broke off"),
    "an answer that is cut off": (cut_off, "broke off"),
    "headers without end": (endless_headers, "broke off"),
    "a body without end": (endless_body, "the forge answers more than 1 MiB"),
    "chunks without end": (endless_chunks, "the forge answers more than 1 MiB"),
    "pages without end": (endless_pages, "the forge"),
    "a byte now and then": (drip, "within 2 seconds"),
    "a header that drips": (drip_of_headers, "within 2 seconds"),
    "silence": (silence, "within 2 seconds"),
    "never ready": (never_ready, "within 2 seconds"),
}
"""Each with what `comment` says of it."""


def statuses(rows: str) -> Answer:
    """The rows in the shape of either forge: GitLab's path is that of a project."""
    of_github, of_gitlab = said(f'{{"statuses": {rows}}}'), said(rows)
    return lambda to, path: (of_gitlab if path.startswith("/projects/") else of_github)(to, path)


def endless_statuses(to: socket.socket, path: str) -> None:
    statuses(json.dumps([{"name": "x", "context": "x"}] * 100))(to, path)


STATUSES: dict[str, tuple[Answer, str]] = {
    "null": (said("null"), "not what its API documents"),
    "a number for statuses": (statuses("5"), "not what its API documents"),
    "null for statuses": (statuses("null"), "not what its API documents"),
    "statuses that are none": (statuses("[null]"), "not what its API documents"),
    "a name of another kind": (statuses('[{"name": 5, "context": 5}]'), "a status has no text as `"),
    "a state of another kind": (statuses('[{"status": {}, "state": []}]'), "a status has no text as `"),
    "a description of another kind": (statuses('[{"description": ["x"]}]'), "a status has no text as `description`"),
    "nested 200,000 deep": (statuses("[" * 200_000), "no JSON that taploom reads"),
    "a redirect with the token": FORGES["a redirect with the token"],
    "words of a runner": FORGES["words of a runner"],
    "a body without end": FORGES["a body without end"],
    "pages without end": (endless_statuses, "the forge"),
    "a byte now and then": FORGES["a byte now and then"],
}
"""Each with what `comment --status` says of it."""
SLOW = (endless_pages, endless_statuses, drip, drip_of_headers, silence, never_ready)


class Forge:
    """A server that answers each connection once; it keeps what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.asked: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                to, _ = self._socket.accept()
                threading.Thread(target=self._one, args=(to,), daemon=True).start()

    def _one(self, to: socket.socket) -> None:
        with suppress(OSError), to:
            raw = b""
            while b"\r\n\r\n" not in raw:
                raw += to.recv(65536)
            self.asked.append(raw.split(b"\r\n")[0].decode())
            self._answer(to, raw.split(b" ")[1].decode())

    def close(self) -> None:
        """Takes no more connections, and ends the thread that waits for one: another socket soon has its number."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
