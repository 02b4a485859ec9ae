"""A change's one comment at a forge, made once and brought up to date afterwards, and a commit's statuses there."""
