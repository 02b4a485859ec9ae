"""`python -m taploom`, for environments whose programs are not on the path."""

from taploom.cli import main

main()
