"""The way into taploom that MkDocs takes: a plugin beside the command line, on top of all that makes pages."""
