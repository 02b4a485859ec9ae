"""Notes of a merge request on GitLab (REST API v4, "Notes API").

The token of a GitLab CI job may not write notes, so the project must give the job an access token.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from taploom.base.frozen import dataclass
from taploom.forge.api import Api, ForgeError
from taploom.forge.pages import PAGE
from taploom.forge.shape import json_object, json_objects, number
from taploom.forge.thread import Comment, read_comment


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """The thread of a merge request.

    Attributes:
        api: the API of GitLab.
        project: number or path of the target project.
        number: the number of the merge request in its project.
        account: number of our own account.
    """

    api: Api
    project: str
    number: str
    account: int

    def page(self, page: int) -> tuple[list[Comment], bool]:
        """Our notes on a page, oldest first, and whether there may be another page."""
        order = "order_by=created_at&sort=asc"
        rows = json_objects(self.api.get(f"{self._notes()}?per_page={PAGE}&page={page}&{order}"), "note")
        ours = [row for row in rows if not row.get("system") and self._wrote(row)]
        return [read_comment(row) for row in ours], len(rows) >= PAGE

    def _wrote(self, row: Mapping[str, Any]) -> bool:
        return number(json_object(row.get("author"), "an author"), "id", "an author") == self.account

    def create(self, body: str) -> None:
        """Add a note."""
        self.api.send("POST", self._notes(), {"body": body})

    def update(self, number: int, body: str) -> None:
        """Replace the text of a note."""
        self.api.send("PUT", f"{self._notes()}/{number}", {"body": body})

    def _notes(self) -> str:
        return f"/projects/{quote(self.project, safe='')}/merge_requests/{quote(self.number, safe='')}/notes"


def merge_request(environment: Mapping[str, str]) -> MergeRequest | None:
    """The merge request that a job of GitLab CI runs for, or None for other jobs.

    Args:
        environment: CI_API_V4_URL, CI_MERGE_REQUEST_PROJECT_ID, CI_MERGE_REQUEST_IID and TAPLOOM_TOKEN.

    Raises:
        ForgeError: there is no token, or no answer.
    """
    about = environment.get("CI_MERGE_REQUEST_IID", "")
    if not about:
        return None
    api = job_api(environment, "notes")
    account = number(json_object(api.get("/user"), "our account"), "id", "our account")
    return MergeRequest(api, environment.get("CI_MERGE_REQUEST_PROJECT_ID", ""), about, account)


def job_api(environment: Mapping[str, str], what: str) -> Api:
    """The API for a job of GitLab CI.

    Args:
        environment: CI_API_V4_URL and TAPLOOM_TOKEN.
        what: the objects that the job writes, such as "notes".

    Raises:
        ForgeError: there is no token.
    """
    token = environment.get("TAPLOOM_TOKEN", "")
    if not token:
        raise ForgeError(
            "TAPLOOM_TOKEN is not set: give the project a masked variable with an access token (scope `api`), "
            f"since the token of a job may not write {what}"
        )
    return Api(environment.get("CI_API_V4_URL", "").rstrip("/"), {"PRIVATE-TOKEN": token})
