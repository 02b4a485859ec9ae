"""From the plan of a host to the tree of its ruleset: one file for each concern."""
