"""From the plan to the files of each target: every backend lowers to a typed tree, and its printer makes the text."""
