"""Lowers the plan of a host to the tree of its ruleset, with one module for each concern."""
