"""Finds the pull or merge request, and the commit, that a CI job runs for, from the job's environment variables."""

from collections.abc import Mapping

from taploom.forge.github import pull_request
from taploom.forge.github_commit import github_commit
from taploom.forge.gitlab import merge_request
from taploom.forge.gitlab_commit import gitlab_commit
from taploom.forge.statuses import Commit
from taploom.forge.thread import Thread


def thread_of(environment: Mapping[str, str]) -> Thread | None:
    """The comments of the change that the job runs for; None if it runs for no pull or merge request.

    Raises:
        ForgeError: there is no token, or no answer.
    """
    if environment.get("GITLAB_CI") == "true":
        return merge_request(environment)
    if environment.get("GITHUB_ACTIONS") == "true":
        return pull_request(environment)
    return None


def commit_of(environment: Mapping[str, str]) -> Commit | None:
    """The commit that the job runs for; None outside of GitHub Actions and GitLab CI.

    Raises:
        ForgeError: there is no commit, or no token.
    """
    if environment.get("GITLAB_CI") == "true":
        return gitlab_commit(environment)
    if environment.get("GITHUB_ACTIONS") == "true":
        return github_commit(environment)
    return None
