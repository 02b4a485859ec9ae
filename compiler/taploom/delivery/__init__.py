"""Puts rendered files into a folder or an archive; only files of ours are written, replaced or removed."""
