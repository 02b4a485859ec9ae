"""Pictures of a plan and of a change: pure functions make typed cards and lines, printed as DOT and drawn as SVG."""
