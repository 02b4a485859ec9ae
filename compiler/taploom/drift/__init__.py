"""Compares the facts collected on a host with its plan: the differences, who made them, and the flows they affect."""
