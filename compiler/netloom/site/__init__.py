"""The site: a plan as pages and diagrams. Everything but `plugin` is a pure function of a plan."""
