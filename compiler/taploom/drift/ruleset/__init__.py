"""Compares the ruleset of a host with the rendered one: in form, and for every packet."""
