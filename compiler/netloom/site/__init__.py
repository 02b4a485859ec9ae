"""The site: a plan as pages and diagrams, by pure functions; `netloom.mkdocs` builds it."""
