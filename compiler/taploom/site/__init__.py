"""The site: a plan as pages and diagrams, by pure functions; `taploom.mkdocs` builds it."""
