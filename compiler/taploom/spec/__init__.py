"""The language `taploom: 1`: its entries as typed models, decoded from the tree, and its JSON Schema.

A model is a frozen dataclass beside a tuple of keys; each key has one parser, which both decodes and describes itself.
Decoding reads the tree with its spans directly, so that a mistake is reported at its character, and importing the
language costs milliseconds (a general validation library costs more than a whole run on a small site).
"""
