"""The aspects of a comparison: each module yields the rows of one kind of object; `drift.compare` lists them."""
