"""Invalid answers of a forge, sent by a socket, each with a part of the error message of `comment`."""

import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

Answer = Callable[[socket.socket, str], None]
_BEGIN = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def said(body: str | bytes, head: str = _BEGIN) -> Answer:
    """Answers every request with this body."""
    raw = body.encode() if isinstance(body, str) else body

    def answer(to: socket.socket, _: str) -> None:
        to.sendall(f"{head}Content-Length: {len(raw)}\r\n\r\n".encode() + raw)

    return answer


def known(body: str | bytes) -> Answer:
    """Answers the request for our account with that account, and all other requests with this body."""
    ours, rest = said('{"id": 7, "login": "bot", "type": "Bot"}'), said(body)
    return lambda to, path: (ours if path.endswith("/user") else rest)(to, path)


def drip(to: socket.socket, _: str) -> None:
    """Sends single bytes, each before a socket's timeout would expire."""
    to.sendall(f"{_BEGIN}Content-Length: 1000000\r\n\r\n[".encode())
    _slowly(to, b" ")


def drip_of_headers(to: socket.socket, _: str) -> None:
    to.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    _slowly(to, b"x")


def silence(to: socket.socket, _: str) -> None:
    _slowly(to, b"")


def never_ready(to: socket.socket, _: str) -> None:
    """Sends `100 Continue` again and again."""
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
    "a string": (said('"x"'), "not what its API documents"),
    "an object without an account": (said("{}"), "our account"),
    "an account of another kind": (said('{"id": "7", "login": 7}'), "not what its API documents"),
    "null for comments": (known("null"), "not what its API documents"),
    "an object for comments": (known('{"message": "x"}'), "not what its API documents"),
    "comments of another kind": (known("[null, 5]"), "not what its API documents"),
    "a comment without an id": (
        known('[{"body": "x", "user": {"login": "bot"}, "author": {"id": 7}}]'),
        "no number as `id`",
    ),
    "an id with a path": (
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
    "an empty body": (said(""), "no JSON that taploom reads"),
    "an HTML page": (said("<!DOCTYPE html><title>Sign in</title>"), "no JSON that taploom reads"),
    "invalid UTF-8": (said(b"\xff\xfe\x00\xd8"), "no JSON that taploom reads"),
    "commands for a runner": (said("##[error]x", "HTTP/1.1 418 ##[error]::x::\r\n"), "the forge answers 418"),
    "a redirect with the token": (
        said("", "HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:1/\r\n"),
        "a redirect, which is not followed",
    ),
    "a redirect to a file": (
        said("", "HTTP/1.1 307 x\r\nLocation: file:///etc/passwd\r\n"),
        "a redirect, which is not followed",
    ),
    "no HTTP": (lambda to, _: to.sendall(b"SSH-2.0-x\r\n"), "broke off"),
    "no answer": (lambda *_: None, "broke off"),
    "an answer that is cut off": (cut_off, "broke off"),
    "headers without end": (endless_headers, "broke off"),
    "a body without end": (endless_body, "the forge answers more than 1 MiB"),
    "chunks without end": (endless_chunks, "the forge answers more than 1 MiB"),
    "pages without end": (endless_pages, "the forge"),
    "a slow body": (drip, "within 2 seconds"),
    "a slow header": (drip_of_headers, "within 2 seconds"),
    "silence": (silence, "within 2 seconds"),
    "100 Continue for ever": (never_ready, "within 2 seconds"),
}
"""Answers of a forge, each with a part of the error message of `comment`."""


def statuses(rows: str) -> Answer:
    """Answers with these rows in the shape of GitHub or GitLab. Paths on GitLab begin with `/projects/`."""
    of_github, of_gitlab = said(f'{{"statuses": {rows}}}'), said(rows)
    return lambda to, path: (of_gitlab if path.startswith("/projects/") else of_github)(to, path)


def endless_statuses(to: socket.socket, path: str) -> None:
    statuses(json.dumps([{"name": "x", "context": "x"}] * 100))(to, path)


STATUSES: dict[str, tuple[Answer, str]] = {
    "null": (said("null"), "not what its API documents"),
    "a number for statuses": (statuses("5"), "not what its API documents"),
    "null for statuses": (statuses("null"), "not what its API documents"),
    "statuses of another kind": (statuses("[null]"), "not what its API documents"),
    "a name of another kind": (statuses('[{"name": 5, "context": 5}]'), "a status has no text as `"),
    "a state of another kind": (statuses('[{"status": {}, "state": []}]'), "a status has no text as `"),
    "a description of another kind": (statuses('[{"description": ["x"]}]'), "a status has no text as `description`"),
    "nested 200,000 deep": (statuses("[" * 200_000), "no JSON that taploom reads"),
    "a redirect with the token": FORGES["a redirect with the token"],
    "commands for a runner": FORGES["commands for a runner"],
    "a body without end": FORGES["a body without end"],
    "pages without end": (endless_statuses, "the forge"),
    "a slow body": FORGES["a slow body"],
}
"""Answers about statuses, each with a part of the error message of `comment --status`."""
SLOW = (endless_pages, endless_statuses, drip, drip_of_headers, silence, never_ready)


class Forge:
    """A server that answers one request per connection, and records the request lines."""

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
        """Closes the socket and ends its thread, because another socket may soon get the same file descriptor."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
