"""What every other package stands on: positions, diagnostics, rules, addresses and names.

Standard library only, and nothing here knows of YAML, of hosts or of any tool that taploom writes for.
"""
