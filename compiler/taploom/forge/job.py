"""Which change and which commit a CI job runs for, by the environment that the forge gives it."""

from collections.abc import Mapping

from taploom.forge.github import pull_request
from taploom.forge.github_commit import github_commit
from taploom.forge.gitlab import merge_request
from taploom.forge.gitlab_commit import gitlab_commit
from taploom.forge.statuses import Commit
from taploom.forge.thread import Thread


def thread_of(environment: Mapping[str, str]) -> Thread | None:
    """The thread to write to, or None where the job runs for no pull request or merge request.

    Raises:
        ForgeError: there is no token, or no answer.
    """
    if environment.get("GITLAB_CI") == "true":
        return merge_request(environment)
    if environment.get("GITHUB_ACTIONS") == "true":
        return pull_request(environment)
    return None


def commit_of(environment: Mapping[str, str]) -> Commit | None:
    """The commit to set statuses of, or None outside of the jobs of a forge.

    Raises:
        ForgeError: there is no commit, or no token.
    """
    if environment.get("GITLAB_CI") == "true":
        return gitlab_commit(environment)
    if environment.get("GITHUB_ACTIONS") == "true":
        return github_commit(environment)
    return None
