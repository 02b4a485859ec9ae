"""Pictures of a plan and of a change: typed cards and lines, by pure functions, printed as DOT and drawn as SVG."""
