"""The way into netloom that MkDocs takes: a plugin beside the command line, on top of all that makes pages."""
