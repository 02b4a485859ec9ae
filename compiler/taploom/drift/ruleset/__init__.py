"""Compares the ruleset of a host with the rendered one: object by object, and for every packet."""
