"""The table of all commands. The module of a command is imported when the command is used.

The table is explicit, and nothing is registered at import, so that start-up is fast. The help has the same order.
"""

import importlib
from collections.abc import Mapping
from types import MappingProxyType

import click

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "init": "taploom.cli.init",
        "validate": "taploom.cli.validate",
        "fmt": "taploom.cli.fmt",
        "rename": "taploom.cli.rename",
        "lock": "taploom.cli.lock",
        "render": "taploom.cli.render",
        "plan": "taploom.cli.plan",
        "comment": "taploom.cli.comment",
        "reach": "taploom.cli.reach",
        "explain": "taploom.cli.explain",
        "graph": "taploom.cli.graph",
        "export": "taploom.cli.export",
        "drift": "taploom.cli.drift",
        "lab": "taploom.cli.lab",
        "schema": "taploom.cli.schema",
    }
)
"""The module of each command by its name; the module's attribute `command` is the command."""


class LazyGroup(click.Group):
    """A group that imports the module of a command only when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the module of a command and return the command; None if there is no such command."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name]).command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments begin with; an unknown name is refused with a suggestion."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from taploom.base.names import closest

            meant = closest(name, COMMANDS)
            ctx.fail(f"No such command '{name}'." + (f" Did you mean '{meant}'?" if meant else ""))
        return super().resolve_command(ctx, args)
