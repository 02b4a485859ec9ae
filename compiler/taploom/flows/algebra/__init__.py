"""Exact maps from points to answers, as interval decision diagrams; the modules know nothing of packets."""
