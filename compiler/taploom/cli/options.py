"""Options that several commands share; each is spelled and explained once."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click


class CommentOptions(NamedTuple):
    """Options of a comment: its key, the URL of the whole plan, and the base URL of links to the specs."""

    key: str
    link: str
    source: str


Command = TypeVar("Command", bound=Callable[..., Any])

_FOLDER = click.Path(path_type=Path, file_okay=True, dir_okay=True)


def specs_option(command: Command) -> Command:
    """Add the option `--specs DIR`."""
    return click.option(
        "--specs", type=_FOLDER, default=Path("specs"), metavar="DIR", show_default=True, help="Folder of the specs."
    )(command)


def format_option(*names: str) -> Callable[[Command], Command]:
    """Add the option `--format NAME`; the first name is the default."""
    return click.option(
        "--format", "form", type=click.Choice(names), default=names[0], show_default=True, help="Format of the output."
    )


def check_option(text: str) -> Callable[[Command], Command]:
    """Add the option `--check`."""
    return click.option("--check", is_flag=True, help=text)


def comment_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options `--key`, `--link` and `--source`, which the command gets as one argument `comment`."""

    @click.option("--key", default="default", metavar="NAME", help="Distinguishes the comments of several sites.")
    @click.option("--link", default="", metavar="URL", help="URL of the whole plan, for a link in the comment.")
    @click.option(
        "--source",
        default="",
        metavar="URL",
        help="Base URL of the comment's links to spec lines, as in URL/COMMIT/FILE#LINE; "
        "it ends in `blob` on GitHub and GitLab.",
    )
    @wraps(command)
    def bundled(*args: Any, key: str, link: str, source: str, **options: Any) -> int:
        return command(*args, comment=CommentOptions(key, link, source), **options)

    return bundled
