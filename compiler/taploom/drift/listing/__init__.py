"""What `nft -j list ruleset` prints (libnftables-json(5)), read back into the typed tree of `backends.nftables.tree`.

The whole grammar that our printer writes is read, in the words of nft 1.0.6 and newer. A statement beyond it is kept as
text, and whoever asks what the ruleset does is told that this part of it is not known.
"""
