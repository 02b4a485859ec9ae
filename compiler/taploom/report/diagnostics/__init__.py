"""The formats of diagnostics, one file each; `formats.FORMATS` names them all."""
