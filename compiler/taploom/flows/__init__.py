"""Who reaches whom, exactly: what the policy intends, what the emitted ruleset does, and whether both are the same."""
