"""The command `taploom comment`, which posts a plan to the pull or merge request of a CI job."""

import os
from typing import BinaryIO

import click

from taploom.cli.exits import FINDINGS, FINE
from taploom.cli.wrong import sentence, unusable

_MOST = 4 << 20
"""Maximum size of a comment in bytes; GitLab accepts a million characters, GitHub 65,536."""


@click.command("comment", short_help="Post a plan to the pull or merge request of this CI job.")
@click.argument("file", type=click.File("rb"), metavar="FILE")
@click.option("--only-update", is_flag=True, help="Update an existing comment, or do nothing.")
def command(file: BinaryIO, *, only_update: bool) -> int:
    """Post a plan to the pull request or merge request that this CI job runs for.

    FILE is the output of `taploom plan --format md`; - is standard input. The first run creates the comment, later
    runs update it. GitHub Actions: needs GITHUB_TOKEN; GitLab CI: needs TAPLOOM_TOKEN.
    """
    from taploom.cli.terminal import say
    from taploom.forge.api import ForgeError
    from taploom.forge.job import thread_of
    from taploom.forge.thread import NoMarkError, identity, keep_one
    from taploom.report.diagnostics.visible import visible

    text = _read(file)
    try:
        identity(text)
        thread = thread_of(os.environ)
        if thread is None:
            say("No comment: this job does not run for a pull request or merge request.")
            return FINE
        outcome = keep_one(thread, text, only_update=only_update)
    except NoMarkError as error:
        raise unusable(f"{file.name}: {error}") from None
    except ForgeError as error:
        say(sentence(f"No comment: {visible(str(error))}"))
        return FINDINGS
    say(f"Comment {outcome.value}.")
    return FINE


def _read(file: BinaryIO) -> str:
    """The text of the file. A file that is too long for a comment is refused without being read to its end."""
    raw = file.read(_MOST + 1)
    if len(raw) > _MOST:
        raise click.UsageError(f"{file.name}: the text is too long for a comment.")
    try:
        return raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise click.UsageError(f"{file.name}: the text is not UTF-8.") from None
