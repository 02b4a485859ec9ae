"""Whether the emitted ruleset does what the plan intends, for every packet."""
