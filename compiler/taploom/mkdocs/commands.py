"""Describes the commands as data for the reference pages, from their texts in click."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import replace

import click

from taploom.site.manual import Command, Option


def described(group: click.Group, examples: Mapping[str, tuple[str, ...]]) -> Iterator[Command]:
    """The commands of a group, and the commands of all groups within it.

    Args:
        group: the whole command line.
        examples: example command lines, by command.
    """
    for found in _below(group, click.Context(group, info_name=group.name)):
        yield replace(found, examples=examples.get(found.name, ()))


def _below(group: click.Group, above: click.Context) -> Iterator[Command]:
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=above)
        records = [found for one in command.get_params(context) if (found := one.get_help_record(context))]
        usage = f"{context.command_path} {' '.join(command.collect_usage_pieces(context))}"
        verb = context.command_path.partition(" ")[2]
        yield Command(verb, usage, inspect.cleandoc(command.help or ""), tuple(Option(*record) for record in records))
        if isinstance(command, click.Group):
            yield from _below(command, context)
