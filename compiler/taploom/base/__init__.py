"""The base of all other packages: positions, diagnostics, rules, addresses and names.

The modules import only the standard library. They know nothing of YAML, of hosts, or of the tools that taploom
writes configuration for.
"""
