"""Prints comparisons of hosts with their plan as text, as JSON and for Prometheus."""
