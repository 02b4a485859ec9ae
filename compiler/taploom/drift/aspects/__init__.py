"""What is compared, one aspect a file; each has a function `rows(view)`, and `drift.compare` lists them."""
