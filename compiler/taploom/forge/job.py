"""Finds the pull or merge request that a CI job runs for, from the environment variables of the job."""

from collections.abc import Mapping

from taploom.forge.github import pull_request
from taploom.forge.gitlab import merge_request
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
