"""The input of the reference pages as plain data; the caller knows the language and the commands."""

from collections.abc import Mapping
from typing import Any

from taploom.base.frozen import dataclass

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Option:
    """An option or an argument of a command.

    Attributes:
        usage: the option as it is typed, such as `--specs DIR`.
        help: what it does, with its default.
    """

    usage: str
    help: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command of taploom.

    Attributes:
        name: its verb.
        usage: the synopsis of its command line.
        help: what it does, as paragraphs with indented examples.
        examples: command lines that together use each of its options at least once.
    """

    name: str
    usage: str
    help: str
    options: tuple[Option, ...]
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manual:
    """The language and the plan as JSON Schemas, and every command, in the order in which a user needs them."""

    language: Schema
    plan: Schema
    commands: tuple[Command, ...]


EMPTY = Manual({}, {}, ())
