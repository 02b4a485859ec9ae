"""Proves for every packet that the emitted ruleset does what the plan intends."""
