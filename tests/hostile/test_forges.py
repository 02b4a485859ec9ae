"""Forges with invalid answers: `comment` ends in time with an error message, and the token is sent nowhere else."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.cli.conftest import Outcome
from tests.forge.conftest import github, gitlab
from tests.forge.stub import TOKEN

from taploom.cli.entry import run
from taploom.forge import api

TEXT = "<!-- taploom:plan v1 key=default plan=sha256:aa -->\nfirst\n"
BOTH = pytest.mark.parametrize("kind", ["github", "gitlab"])
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
SLOW = (endless_pages, drip, drip_of_headers, silence, never_ready)


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


Commented = Callable[..., tuple[Outcome, Forge]]


@pytest.fixture
def commented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Commented]:
    """Runs `comment` in a job of GitHub or GitLab, with limits of a few seconds and 1 MiB.

    Forges that never finish get two seconds; others get more, because the machine may be busy.
    """
    forges: list[Forge] = []
    monkeypatch.setattr(api, "BYTES", 1 << 20)

    def comment(kind: str, answer: Answer, event: str | None = None, seconds: int = 8) -> tuple[Outcome, Forge]:
        monkeypatch.setattr(api, "SECONDS", seconds)
        forges.append(Forge(answer))
        env = (github if kind == "github" else gitlab)(tmp_path / "temp", forges[-1].url)
        for name in ("GITHUB_ACTIONS", "GITLAB_CI"):
            monkeypatch.delenv(name, raising=False)
        for name, value in (env | {"GITHUB_TOKEN": TOKEN}).items():
            monkeypatch.setenv(name, value)
        if event is not None:
            Path(env["GITHUB_EVENT_PATH"]).write_text(event)
        (tmp_path / "plan.md").write_text(TEXT)
        status = run(["comment", str(tmp_path / "plan.md")])
        shown = capsys.readouterr()
        return Outcome(status, shown.out, shown.err), forges[-1]

    yield comment
    for forge in forges:
        forge.close()


@BOTH
@pytest.mark.parametrize("name", FORGES)
def test_an_invalid_answer_of_a_forge_is_an_error(name: str, kind: str, commented: Commented) -> None:
    answer, words = FORGES[name]
    began = time.monotonic()
    told, forge = commented(kind, answer, seconds=2 if answer in SLOW else 8)
    assert time.monotonic() - began < 10
    assert (told.status, told.out) == (1, ""), told.err
    assert told.err.startswith("No comment: ")
    assert words in told.err
    assert len(told.err.splitlines()) == 1
    assert "##[" not in told.err
    assert TOKEN not in told.err
    assert "internal error" not in told.err
    assert {one.split()[0] for one in forge.asked} == {"GET"}, "nothing may be written to a forge with invalid answers"


@pytest.mark.parametrize(
    "event", ["null", "[]", "5", '{"pull_request": 5}', '{"pull_request": {"number": "5/x"}}', "{", ""]
)
def test_an_invalid_event_is_an_error(event: str, commented: Commented) -> None:
    told, forge = commented("github", said("{}"), event)
    assert (told.status, forge.asked) == (1, [])
    assert told.err.startswith("No comment: ")


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://x:y/", "http://127.0.0.1:1/\u20ac", "http://a b", "ftp://x", "http://"]
)
def test_an_invalid_url_is_an_error_without_the_token(url: str) -> None:
    with pytest.raises(api.ForgeError) as refused:
        api.Api(url, {"PRIVATE-TOKEN": TOKEN}).get("/user")
    assert TOKEN not in str(refused.value)


def test_an_invalid_token_is_an_error_without_the_token() -> None:
    with pytest.raises(api.ForgeError) as refused:
        api.Api("http://127.0.0.1:1", {"PRIVATE-TOKEN": f"{TOKEN}\nX: y"}).get("/user")
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize("raw", [b"\xff\xfe", TEXT.encode() + b"\x80", TEXT.encode() + b" " * (5 << 20)])
def test_a_file_without_a_valid_comment_is_refused(
    raw: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plan.md").write_bytes(raw)
    assert run(["comment", str(tmp_path / "plan.md")]) == 64
    assert "internal error" not in capsys.readouterr().err
