"""Reads and sets statuses of a commit on GitLab 17.9 or later (REST API v4, "Commits API": commit status).

A status on GitLab is a job in the stage `external` of a pipeline. A commit may have several pipelines, such as those of
a schedule. So statuses are read and set in the pipeline of the running job (`pipeline_id`).
"""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, urlencode

from taploom.base.frozen import dataclass
from taploom.forge.api import Api, ForgeError
from taploom.forge.gitlab import job_api
from taploom.forge.pages import PAGE
from taploom.forge.shape import json_objects, text
from taploom.forge.statuses import Shown, State, commit_of_job

_PENDING, _CANCELED = "pending", "canceled"
_WORDS: Mapping[State, str] = MappingProxyType(
    {State.SUCCESS: "success", State.PENDING: _PENDING, State.FAILURE: "failed", State.ERROR: "failed"}
)
_LINK = 255
"""Maximum number of characters of a link."""


@dataclass(frozen=True, slots=True)
class GitLabCommit:
    """The statuses of a commit in a pipeline.

    Attributes:
        api: the API of GitLab.
        project: number or path of the project.
        sha: hash of the commit.
        pipeline: number of the pipeline; "" for the newest pipeline of the commit.
        link: URL of the page that a status links to; "" for none.
    """

    api: Api
    project: str
    sha: str
    pipeline: str
    link: str

    @property
    def words(self) -> Mapping[State, str]:
        """The words of the API, which has the same word for failures and errors."""
        return _WORDS

    @property
    def needs(self) -> str:
        """The scope and the role that the token needs."""
        return (
            "statuses need a token with the scope `api` and the role Developer, "
            "or the right to push if the branch is protected"
        )

    def page(self, page: int) -> tuple[list[Shown], bool]:
        """A page of the newest statuses by name, oldest first, including jobs of the pipeline."""
        query = {"per_page": PAGE, "page": page, "order_by": "id", "sort": "asc", **self._in_pipeline()}
        rows = json_objects(
            self.api.get(f"{self._project()}/repository/commits/{self.sha}/statuses?{urlencode(query)}"), "status"
        )
        return [_shown(row) for row in rows], len(rows) >= PAGE

    def set(self, status: Shown) -> None:
        """Set a status. GitLab updates an open status with the same name, or else adds a status.

        GitLab refuses to set a pending status to pending again, with 400 ("Cannot transition status via :enqueue from
        :pending"), even if the description changes. So the old status is canceled first.
        """
        try:
            self._send(status)
        except ForgeError as error:
            if error.status != 400 or status.word != _PENDING:
                raise
            self._send(Shown(status.name, _CANCELED, status.description))
            self._send(status)

    def _send(self, status: Shown) -> None:
        data = {"state": status.word, "name": status.name, "description": status.description, **self._in_pipeline()}
        if self.link:
            data["target_url"] = self.link
        self.api.send("POST", f"{self._project()}/statuses/{self.sha}", data)

    def _in_pipeline(self) -> dict[str, str]:
        return {"pipeline_id": self.pipeline} if self.pipeline else {}

    def _project(self) -> str:
        return f"/projects/{quote(self.project, safe='')}"


def _shown(row: Mapping[str, object]) -> Shown:
    name, word, description = (text(row, key, "a status") for key in ("name", "status", "description"))
    return Shown(name, word, description)


def gitlab_commit(environment: Mapping[str, str]) -> GitLabCommit:
    """The commit that a job of GitLab CI runs for.

    Args:
        environment: CI_API_V4_URL, CI_PROJECT_ID, CI_COMMIT_SHA, CI_PIPELINE_ID, CI_JOB_URL and TAPLOOM_TOKEN.

    Raises:
        ForgeError: there is no commit, or no token.
    """
    sha = commit_of_job(environment, "CI_COMMIT_SHA")
    project, pipeline, page = (environment.get(f"CI_{name}", "") for name in ("PROJECT_ID", "PIPELINE_ID", "JOB_URL"))
    link = page if len(page) <= _LINK else ""
    return GitLabCommit(job_api(environment, "statuses"), project, sha, pipeline, link)
