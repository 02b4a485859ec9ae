"""The command line: one command a file, each importing what it needs when it runs."""

from taploom.cli.entry import main

__all__ = ["main"]
