"""The ruleset that a host has, against the rendered one: in form, and for every packet."""
