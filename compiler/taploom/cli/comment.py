"""The command `taploom comment`, which posts a plan, or the states of hosts, to the forge of a CI job."""

import os
from collections import Counter
from typing import BinaryIO

import click

from taploom.cli.exits import FINDINGS, FINE
from taploom.cli.wrong import sentence, unusable

_COMMENT = 4 << 20
"""Maximum size of a comment in bytes; GitLab accepts a million characters, GitHub 65,536."""
_DRIFT = 64 << 20
"""Maximum size of a comparison of hosts in bytes."""


@click.command("comment", short_help="Post a plan, or the states of hosts, to the forge of this CI job.")
@click.argument("file", type=click.File("rb"), metavar="FILE")
@click.option("--only-update", is_flag=True, help="Update an existing comment, or do nothing.")
@click.option("--status", "statuses", is_flag=True, help="Set a commit status for each host that FILE compares.")
def command(file: BinaryIO, *, only_update: bool, statuses: bool) -> int:
    """Post a plan to the pull request or merge request that this CI job runs for.

    FILE is the output of `taploom plan --format md`; - is standard input. The first run creates the comment, later
    runs update it. GitHub Actions: needs GITHUB_TOKEN; GitLab CI: needs TAPLOOM_TOKEN.

    With --status, FILE is the output of `taploom drift --format json`. The commit that the job runs for gets a status
    `taploom/HOST` for each host: `success` if the host is current, `pending` if it has an older plan, `error` if there
    are no facts, else `failure`. The exit code is 0 if all statuses are set, whatever their states.
    """
    if not statuses:
        return _comment(file.name, _read(file, _COMMENT, "the text is too long for a comment"), only_update)
    if only_update:
        raise click.UsageError("--only-update applies to comments; it cannot be used with --status.")
    return _statuses(file.name, _read(file, _DRIFT, f"the file is larger than {_DRIFT >> 20} MiB"))


def _comment(name: str, text: str, only_update: bool) -> int:
    from taploom.cli.terminal import say
    from taploom.forge.api import ForgeError
    from taploom.forge.job import thread_of
    from taploom.forge.thread import NoMarkError, identity, keep_one
    from taploom.report.diagnostics.visible import visible

    try:
        identity(text)
        thread = thread_of(os.environ)
        if thread is None:
            say("No comment: this job does not run for a pull request or merge request.")
            return FINE
        outcome = keep_one(thread, text, only_update=only_update)
    except NoMarkError as error:
        raise unusable(f"{name}: {error}") from None
    except ForgeError as error:
        say(sentence(f"No comment: {visible(str(error))}"))
        return FINDINGS
    say(f"Comment {outcome.value}.")
    return FINE


def _statuses(name: str, text: str) -> int:
    from taploom.cli.terminal import say
    from taploom.forge.api import ForgeError
    from taploom.forge.job import commit_of
    from taploom.forge.statuses import Setting, keep_statuses
    from taploom.report.diagnostics.visible import visible
    from taploom.report.drift.read import NoDriftError, read_drift
    from taploom.report.drift.statuses import host_status

    done: Counter[Setting] = Counter()
    try:
        wanted = [host_status(one) for one in read_drift(text)]
    except NoDriftError as error:
        raise unusable(f"{name}: {error}") from None
    try:
        commit = commit_of(os.environ)
        if commit is None:
            say("No status: this is not a job of GitHub Actions or GitLab CI.")
            return FINE
        for outcome in keep_statuses(commit, wanted):
            done[outcome] += 1
    except ForgeError as error:
        missing = f" was set for {len(wanted) - done.total()} of {len(wanted)} hosts" if done else ""
        say(sentence(f"No status{missing}: {visible(str(error))}"))
        return FINDINGS
    say(f"Statuses: {', '.join(f'{done[outcome]} {outcome.value}' for outcome in Setting)}.")
    return FINE


def _read(file: BinaryIO, most: int, refusal: str) -> str:
    """The text of the file. A file of more than `most` bytes is refused without being read to its end."""
    raw = file.read(most + 1)
    if len(raw) > most:
        raise click.UsageError(f"{file.name}: {refusal}.")
    try:
        return raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise click.UsageError(f"{file.name}: the text is not UTF-8.") from None
