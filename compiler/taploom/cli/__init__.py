"""The command line. Each command has its own module, which imports its dependencies when the command runs."""

from taploom.cli.entry import main

__all__ = ["main"]
