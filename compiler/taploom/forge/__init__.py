"""The one comment that a change has at a forge: found by its hidden mark, made once, brought up to date afterwards."""
