"""Writes rendered files into a folder or an archive; only files that taploom wrote are replaced or removed."""
