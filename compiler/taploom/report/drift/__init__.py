"""Comparisons of hosts with their plans, as text, as JSON and for Prometheus."""
