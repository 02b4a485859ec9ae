"""A change of the plan as text, Markdown, JSON and a page: renderers of `taploom.diff.model.Change` alone."""
