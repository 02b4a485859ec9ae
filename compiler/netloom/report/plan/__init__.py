"""A change of the plan as text, Markdown, JSON and a page: renderers of `netloom.diff.model.Change` alone."""
