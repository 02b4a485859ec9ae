"""Requests to a forge's REST API, by the standard library: a CI job needs nothing but netloom.

The token goes into one header of requests to one address. Redirects are refused, because urllib would take the header
along to wherever they lead, and no message quotes a header.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import field
from http.client import HTTPException
from typing import Any

from netloom.base.frozen import dataclass

_SECONDS = 30
_AGENT = "netloom"


class ForgeError(Exception):
    """The forge refuses or cannot be reached; the message is a sentence for the user.

    Attributes:
        status: HTTP status, or 0 where there was no answer.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """Follow none: what answers with one becomes an HTTPError with its status."""


@dataclass(frozen=True, slots=True)
class Api:
    """An API.

    Attributes:
        url: where it begins, without a slash at the end.
        headers: what every request carries, the token among them.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)

    def get(self, path: str) -> Any:
        """What is there, as JSON.

        Raises:
            ForgeError: the forge refuses or cannot be reached.
        """
        return self._call("GET", path, None)

    def send(self, method: str, path: str, body: str) -> None:
        """Send the text of a comment; errors as above."""
        self._call(method, path, json.dumps({"body": body}).encode())

    def _call(self, method: str, path: str, data: bytes | None) -> Any:
        if not self.url.startswith(("https://", "http://")):
            raise ForgeError(f"{self.url!r} is no address of an API")
        headers = {"Accept": "application/json", "User-Agent": _AGENT, **self.headers}
        if data is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(f"{self.url}{path}", data, headers, method=method)
        what = f"{method} {path.partition('?')[0]}"
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise ForgeError(f"{what}: the forge answers {error.code}{_hint(error.code)}", error.code) from None
        except urllib.error.URLError as error:
            raise ForgeError(f"{what}: the forge cannot be reached ({error.reason})") from None
        except (HTTPException, OSError) as error:
            raise ForgeError(f"{what}: the forge broke off ({type(error).__name__})") from None
        except ValueError:
            raise ForgeError(f"{what}: the forge's answer is no JSON") from None


def _hint(status: int) -> str:
    """What to look at; jobs for forks get tokens that may read alone."""
    if status in (401, 403, 404):
        return ": the token may not do this here (or it is that of a fork, which may read alone)"
    return ", and leads elsewhere" if 300 <= status < 400 else ""
