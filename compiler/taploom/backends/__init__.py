"""Backends, one for each target: each lowers the plan to a typed tree and prints the tree as files."""
