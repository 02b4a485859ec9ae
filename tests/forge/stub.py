"""A stub of the REST APIs of GitHub and GitLab on loopback, limited to one change and one commit.

Its answers follow the documentation: pages with at most 100 items, 401 without the right token, 403 if a job's token
is used to read its own account, 403 if a fork's token is used to write, and 404 for unknown paths.
"""

import json
import re
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.forge.stub_statuses import Statuses

TOKEN = "t0ken-of-the-job"
JOB, STRANGER = {"login": "github-actions[bot]", "type": "Bot", "id": 7}, {"login": "eve", "type": "User", "id": 9}

_GITHUB = (r"/repos/birch/net/issues/5/comments", r"/repos/birch/net/issues/comments/(\d+)")
_GITLAB = (r"/projects/42/merge_requests/5/notes", r"/projects/42/merge_requests/5/notes/(\d+)")


@dataclass(slots=True)
class Forge:
    """A stubbed forge: its comments and settings, and the requests that it received.

    Attributes:
        kind: `github` or `gitlab`.
        comments: all comments, oldest first, as the API lists them.
        requests: method and path of each request, in order.
        reads_only: whether the token may only read.
        moved: URL that every request is redirected to; "" for none.
        knows_itself: whether the token may ask for its own account.
        statuses: the statuses of the commit.
    """

    kind: str
    comments: list[dict[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    reads_only: bool = False
    moved: str = ""
    knows_itself: bool = False
    statuses: Statuses = field(default_factory=Statuses)

    def add(self, body: str, author: dict[str, Any]) -> dict[str, Any]:
        """Adds a comment."""
        who = {"user": author} if self.kind == "github" else {"author": author, "system": False}
        self.comments.append({"id": 1000 + len(self.comments), "body": body, **who})
        return self.comments[-1]

    @property
    def writes(self) -> list[str]:
        """Methods of the requests that write."""
        return [one.split()[0] for one in self.requests if not one.startswith("GET")]

    def answer(self, method: str, path: str, headers: dict[str, str], body: str) -> tuple[int, Any]:
        """Status and JSON body of the answer to a request."""
        given = headers.get("authorization" if self.kind == "github" else "private-token")
        if given not in (f"Bearer {TOKEN}", TOKEN):
            return 401, {"message": "Bad credentials"}
        split = urlsplit(path)
        if split.path == "/user":
            return (200, JOB) if self.kind == "gitlab" or self.knows_itself else (403, {"message": "not for you"})
        if method != "GET" and self.reads_only:
            return 403, {"message": f"Resource not accessible by {given}"}
        if (status := self.statuses.answer(self.kind, method, split.path, parse_qs(split.query), body)) is not None:
            return status
        many, one = _GITHUB if self.kind == "github" else _GITLAB
        if re.fullmatch(many, split.path):
            return self._many(method, parse_qs(split.query), body)
        if (found := re.fullmatch(one, split.path)) and method == ("PATCH" if self.kind == "github" else "PUT"):
            return self._one(int(found[1]), body)
        return 404, {"message": "Not Found"}

    def _many(self, method: str, query: dict[str, list[str]], body: str) -> tuple[int, Any]:
        if method == "POST":
            return 201, self.add(json.loads(body)["body"], JOB)
        size, page = (int(query.get(name, [default])[0]) for name, default in (("per_page", "30"), ("page", "1")))
        size = min(size, 100)
        return 200, self.comments[(page - 1) * size : page * size]

    def _one(self, number: int, body: str) -> tuple[int, Any]:
        for comment in self.comments:
            if comment["id"] == number:
                comment["body"] = json.loads(body)["body"]
                return 200, comment
        return 404, {"message": "Not Found"}


def handler(forge: Forge) -> type[BaseHTTPRequestHandler]:
    """The class of request handlers that answer for a forge."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            forge.requests.append(f"{self.command} {self.path}")
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, data = forge.answer(self.command, self.path, headers, body)
            self.send_response(307 if forge.moved else status)
            if forge.moved:
                self.send_header("Location", forge.moved)
            text = json.dumps(data).encode()
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = do_PUT = _serve  # noqa: N815 - http.server's names

        def log_message(self, *args: object) -> None:
            """Discards the message."""

    return Handler
