"""Prints a change of the plan (`taploom.diff.model.Change`) as text, Markdown, JSON and HTML."""
