"""The aspects of a comparison, one in each file, as a function of the host's view; `drift.compare` lists them."""
