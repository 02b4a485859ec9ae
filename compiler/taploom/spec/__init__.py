"""The language `taploom: 1`: its entries as typed models, decoded from the tree, and its JSON Schema.

Each model is a frozen dataclass with a tuple of keys. Each key has one parser, which decodes the key's value and gives
its JSON Schema.
The parsers read the tree with its spans, so that a mistake is reported at its character. They use no general validation
library, because importing one takes longer than a whole run on a small site.
"""
