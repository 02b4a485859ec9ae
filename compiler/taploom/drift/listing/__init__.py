"""Reads the output of `nft -j list ruleset` (libnftables-json(5)) into the typed tree of `backends.nftables.tree`.

The reader knows the whole grammar that taploom's printer uses, as nft 1.0.6 and newer list it. Any other statement is
kept as JSON text and reported as an unknown part of the ruleset.
"""
