"""Evaluates the emitted ruleset for every packet, from the tree of the ruleset.

The modules know no policy, terms or forwards. They read statements, sets and chains by the semantics of nft(8). If a
rule uses the kernel's addresses and routes (`fib`), the addresses and routes of the plan are used.
"""
