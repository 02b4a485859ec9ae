"""Runs the command line for `python -m taploom`, which works even if no program `taploom` is in PATH."""

from taploom.cli import main

main()
