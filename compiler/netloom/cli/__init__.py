"""The command line: one command a file, each importing what it needs when it runs."""

from netloom.cli.entry import main

__all__ = ["main"]
