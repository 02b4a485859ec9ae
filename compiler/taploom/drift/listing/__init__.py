"""Reads the output of `nft -j list ruleset` (libnftables-json(5)) into the typed tree of `backends.nftables.tree`.

The whole grammar that our printer writes is read, in the words of nft 1.0.6 and newer. A statement beyond this grammar
is kept as text, and reported as an unknown part of the ruleset.
"""
