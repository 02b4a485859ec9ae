"""The pages, one kind a file; `compose` has them all."""
