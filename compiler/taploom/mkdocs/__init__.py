"""The MkDocs plugin: an entry point of taploom beside the command line."""
