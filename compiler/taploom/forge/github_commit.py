"""Reads and sets statuses of a commit on GitHub (REST API 2022-11-28, "Commit statuses")."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote

from taploom.base.frozen import dataclass
from taploom.forge.api import Api
from taploom.forge.github import job_api
from taploom.forge.pages import PAGE
from taploom.forge.shape import json_object, json_objects, text
from taploom.forge.statuses import Shown, State, commit_of_job

_WORDS: Mapping[State, str] = MappingProxyType({state: state.value for state in State})


@dataclass(frozen=True, slots=True)
class GitHubCommit:
    """The statuses of a commit.

    Attributes:
        api: the API of GitHub.
        repository: owner and name.
        sha: hash of the commit.
        link: URL of the page that a status links to; "" for none.
    """

    api: Api
    repository: str
    sha: str
    link: str

    @property
    def words(self) -> Mapping[State, str]:
        """The words of the API, which are the values of `State`."""
        return _WORDS

    @property
    def needs(self) -> str:
        """The permission that the job needs."""
        return "statuses need `permissions: {statuses: write}` in the job"

    def page(self, page: int) -> tuple[list[Shown], bool]:
        """A page of the combined status, which lists the newest status of each context."""
        path = f"/repos/{quote(self.repository)}/commits/{self.sha}/status?per_page={PAGE}&page={page}"
        combined = json_object(self.api.get(path), "the combined status")
        rows = json_objects(combined.get("statuses"), "status")
        return [_shown(row) for row in rows], len(rows) >= PAGE

    def set(self, status: Shown) -> None:
        """Add a status, which replaces the earlier status with the same context."""
        data = {"state": status.word, "context": status.name, "description": status.description}
        if self.link:
            data["target_url"] = self.link
        self.api.send("POST", f"/repos/{quote(self.repository)}/statuses/{self.sha}", data)


def _shown(row: Mapping[str, object]) -> Shown:
    name, word, description = (text(row, key, "a status") for key in ("context", "state", "description"))
    return Shown(name, word, description)


def github_commit(environment: Mapping[str, str]) -> GitHubCommit:
    """The commit that a job of GitHub Actions runs for.

    Args:
        environment: GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_SHA and GITHUB_TOKEN; GITHUB_SERVER_URL and
            GITHUB_RUN_ID for the link.

    Raises:
        ForgeError: there is no commit, or no token.
    """
    sha = commit_of_job(environment, "GITHUB_SHA")
    return GitHubCommit(job_api(environment), environment.get("GITHUB_REPOSITORY", ""), sha, _run(environment))


def _run(environment: Mapping[str, str]) -> str:
    """URL of the page of the run; "" if a variable for it is missing."""
    server, repository, run = (environment.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""
