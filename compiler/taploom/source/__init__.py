"""Reads YAML files into trees with spans, edits and formats them; the only package that imports YAML libraries."""
