"""The sections of the language, one module per domain: the keys of their entries, with descriptions for editors."""
