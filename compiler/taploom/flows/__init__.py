"""Computes for every packet what the policy intends and what the ruleset does, and compares the two results."""
