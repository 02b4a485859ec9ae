"""Which change a CI job runs for, by the environment that the forge gives it."""

from collections.abc import Mapping

from taploom.forge.github import pull_request
from taploom.forge.gitlab import merge_request
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
