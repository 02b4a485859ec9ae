"""Options that several commands share, so that they are spelled and explained once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

_FOLDER = click.Path(path_type=Path, file_okay=True, dir_okay=True)


def specs_option(command: Command) -> Command:
    """`--specs DIR`."""
    return click.option(
        "--specs", type=_FOLDER, default=Path("specs"), metavar="DIR", show_default=True, help="Folder of the specs."
    )(command)


def format_option(*names: str) -> Callable[[Command], Command]:
    """`--format NAME`; the first name is the default."""
    return click.option(
        "--format", "form", type=click.Choice(names), default=names[0], show_default=True, help="How to print it."
    )


def check_option(text: str) -> Callable[[Command], Command]:
    """`--check`."""
    return click.option("--check", is_flag=True, help=text)
