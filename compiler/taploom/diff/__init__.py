"""Compares two plans: their objects and flows, the disruption of running traffic, and the files on the hosts.

The results are data without a layout. `taploom.diff.change.compare` is the entry point, and renderers get only its
result, a `taploom.diff.model.Change`.
"""
