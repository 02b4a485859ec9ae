"""Pure functions that make the pages of a plan; `taploom.mkdocs` builds the site of these pages."""
