"""Prints diagnostics: one module for each format, and `formats.FORMATS` lists all formats."""
