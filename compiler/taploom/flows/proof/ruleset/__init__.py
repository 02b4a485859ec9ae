"""The outcome of every packet in the emitted ruleset, read from its tree alone.

Nothing here knows policy, terms or forwards: only statements, sets and chains, with the meaning that nft(8) gives them,
and the host's own addresses and routes where a rule asks the kernel for them (`fib`).
"""
