"""Comments of a pull request on GitHub (REST API 2022-11-28, "Issue comments"; pull requests are issues there)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from taploom.base.frozen import dataclass
from taploom.forge.api import Api, ForgeError
from taploom.forge.pages import PAGE
from taploom.forge.shape import json_object, json_objects, number, text
from taploom.forge.thread import Comment, read_comment


@dataclass(frozen=True, slots=True)
class PullRequest:
    """The thread of a pull request.

    Attributes:
        api: the API of GitHub.
        repository: owner and name.
        number: the number of the pull request.
        login: the login of our account; "" if the token belongs to a job or an app, which cannot read its own login.
    """

    api: Api
    repository: str
    number: int
    login: str

    def page(self, page: int) -> tuple[list[Comment], bool]:
        """Our comments on a page, and whether there may be another page."""
        path = f"{self._issues()}/{self.number}/comments?per_page={PAGE}&page={page}"
        rows = json_objects(self.api.get(path), "comment")
        ours = [row for row in rows if self._ours(row)]
        return [read_comment(row) for row in ours], len(rows) >= PAGE

    def create(self, body: str) -> None:
        """Add a comment."""
        self.api.send("POST", f"{self._issues()}/{self.number}/comments", {"body": body})

    def update(self, number: int, body: str) -> None:
        """Replace the text of a comment."""
        self.api.send("PATCH", f"{self._issues()}/comments/{number}", {"body": body})

    def _issues(self) -> str:
        return f"/repos/{quote(self.repository)}/issues"

    def _ours(self, row: Mapping[str, Any]) -> bool:
        """Whether our account wrote a comment. If our login is not known, the comments of all bots count as ours."""
        if row.get("user") is None:  # the account was deleted
            return False
        user = json_object(row["user"], "an account")
        return text(user, "login", "an account") == self.login if self.login else user.get("type") == "Bot"


def pull_request(environment: Mapping[str, str]) -> PullRequest | None:
    """The pull request that a job of GitHub Actions runs for, or None for other jobs.

    Args:
        environment: GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_EVENT_PATH and GITHUB_TOKEN.

    Raises:
        ForgeError: there is no token, or no answer.
    """
    about = _number(environment.get("GITHUB_EVENT_PATH", ""))
    if about is None:
        return None
    api = job_api(environment)
    return PullRequest(api, environment.get("GITHUB_REPOSITORY", ""), about, _login(api))


def job_api(environment: Mapping[str, str]) -> Api:
    """The API for a job of GitHub Actions.

    Args:
        environment: GITHUB_API_URL and GITHUB_TOKEN.

    Raises:
        ForgeError: there is no token.
    """
    token = environment.get("GITHUB_TOKEN", "")
    if not token:
        raise ForgeError("GITHUB_TOKEN is not set: pass the job's token to the step")
    headers = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": "2022-11-28"}
    return Api(environment.get("GITHUB_API_URL", "").rstrip("/"), headers)


def _number(event: str) -> int | None:
    """The number of the pull request that an event is about; None for other events."""
    if not event:
        return None
    try:
        found = json.loads(Path(event).read_text(encoding="utf-8"))
    except OSError as error:
        raise ForgeError(f"GITHUB_EVENT_PATH cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise ForgeError("GITHUB_EVENT_PATH holds no JSON") from None
    about = json_object(found, "the event").get("pull_request")
    return None if about is None else number(json_object(about, "the pull request"), "number", "the pull request")


def _login(api: Api) -> str:
    """Our login; "" for tokens of jobs and apps, which may not read it (403) and write as bots."""
    try:
        login = text(json_object(api.get("/user"), "our account"), "login", "our account")
    except ForgeError as error:
        if error.status != 403:
            raise
        return ""
    if not login:
        raise ForgeError("the forge's answer has no login of our account")
    return login
