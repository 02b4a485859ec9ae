"""What a change does: to objects, to who reaches whom, to traffic that is running, and to the files on the hosts.

Everything here is data about two plans; no text is laid out. `taploom.diff.change.compare` is the way in, and what it
returns (`taploom.diff.model.Change`) is all that any renderer gets to see.
"""
