"""The site: a plan as pages, by pure functions; `taploom.mkdocs` builds it."""
