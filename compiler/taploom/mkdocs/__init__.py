"""The MkDocs plugin, the second entry point of taploom besides the command line."""
