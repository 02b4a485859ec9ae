"""Exact maps from points to answers, as interval decision diagrams; knows nothing of packets."""
