"""A client of a forge's REST API. It uses only the standard library, so a CI job needs no package but taploom.

The token is in one header, which goes to one address: redirects are refused, because urllib would send the header to
their target, too, and no message quotes a header. The server is not trusted either: all requests of a run share one
limit of time and one limit of size, which no slow, growing or endless answer can exceed.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import field
from http.client import HTTPException, IncompleteRead
from threading import Thread
from typing import Any

from taploom.base.frozen import dataclass

SECONDS = 90
"""The time limit of all requests of a run together, including DNS look-ups and reading of answers."""
_QUIET = 30
"""The timeout of a socket operation in seconds."""
BYTES = 64 << 20
"""The size limit of all answers of a run together."""
_AGENT = "taploom"


class ForgeError(Exception):
    """The forge refuses or cannot be reached; the message is a sentence for the user.

    Attributes:
        status: HTTP status, or 0 if there was no answer.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A handler that follows no redirect."""

    def redirect_request(self, *args: Any) -> None:
        """Return None, so that urllib raises an HTTPError with the status of the redirect."""


class Budget:
    """The time and the size that are left for the requests of a run."""

    def __init__(self) -> None:
        self._end = time.monotonic() + SECONDS
        self._bytes = BYTES

    def spend(self, work: Callable[[int], bytes]) -> bytes:
        """Run `work` within the limits. Its argument is the number of bytes that are left.

        Raises:
            ForgeError: `work` takes too long (its thread is abandoned), or returns more bytes than are left.
        """
        done: list[bytes | Exception] = []

        def run() -> None:
            try:
                done.append(work(self._bytes))
            except Exception as error:  # noqa: BLE001 - it is raised below
                done.append(error)

        # A socket's timeout does not bound a whole answer, so a daemon thread reads the answer and can be abandoned.
        other = Thread(target=run, daemon=True)
        other.start()
        other.join(max(0.0, self._end - time.monotonic()))
        if not done:
            raise ForgeError(f"the forge has not answered all requests within {SECONDS} seconds")
        if isinstance(done[0], Exception):
            raise done[0]
        self._bytes -= len(done[0])
        if self._bytes < 0:
            raise ForgeError(f"the forge answers more than {BYTES >> 20} MiB")
        return done[0]


@dataclass(frozen=True, slots=True)
class Api:
    """The address of a REST API, with credentials and limits.

    Attributes:
        url: the base URL, without a slash at the end.
        headers: the headers of every request, including the token.
        budget: the limits of all requests together.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    budget: Budget = field(default_factory=Budget, repr=False, compare=False)

    def get(self, path: str) -> Any:
        """The answer to a GET request, as JSON of any shape.

        Raises:
            ForgeError: the forge refuses or cannot be reached, or its answer is not JSON.
        """
        raw = self._call("GET", path, None)
        try:
            return json.loads(raw)
        except (ValueError, RecursionError):  # nested so deep that Python gives up
            raise ForgeError(f"{_named('GET', path)}: the forge's answer is no JSON that taploom reads") from None

    def send(self, method: str, path: str, data: Mapping[str, str]) -> None:
        """Send a JSON object. Only the status of the answer is read. Raises the same errors as `get`."""
        self._call(method, path, json.dumps(dict(data)).encode())

    def _call(self, method: str, path: str, data: bytes | None) -> bytes:
        if not self.url.startswith(("https://", "http://")):
            raise ForgeError(f"{self.url!r} is no address of an API")
        headers = {"Accept": "application/json", "User-Agent": _AGENT, **self.headers}
        if data is not None:
            headers["Content-Type"] = "application/json"
        what = _named(method, path)

        def asked(most: int) -> bytes:
            request = urllib.request.Request(f"{self.url}{path}", data, headers, method=method)
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=_QUIET) as answer:
                found: bytes = answer.read(most + 1) if data is None else b""
                if len(found) <= most and data is None and answer.length:
                    raise IncompleteRead(found, answer.length)
                return found

        try:
            return self.budget.spend(asked)
        except urllib.error.HTTPError as error:
            with error:
                raise ForgeError(f"{what}: the forge answers {error.code}{_hint(error.code)}", error.code) from None
        except urllib.error.URLError as error:
            raise ForgeError(f"{what}: the forge cannot be reached ({error.reason})") from None
        except (HTTPException, OSError) as error:
            raise ForgeError(f"{what}: the connection broke off ({type(error).__name__})") from None
        except ValueError:  # its message may quote a header
            raise ForgeError(f"{what}: the address of the API, or the token, cannot be sent in a request") from None


def _named(method: str, path: str) -> str:
    return f"{method} {path.partition('?')[0]}"


def _hint(status: int) -> str:
    """A hint for a status; jobs for forks get tokens that may only read."""
    if status in (401, 403, 404):
        return ": the token may not do this here; the token of a job for a fork may only read"
    return ", a redirect, which is not followed" if 300 <= status < 400 else ""
