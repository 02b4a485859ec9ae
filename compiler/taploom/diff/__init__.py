"""What a change does: to objects, to who reaches whom, to running traffic, and to the files on the hosts.

Everything here is data about two plans; no text is laid out. `taploom.diff.change.compare` is the entry point, and
renderers get nothing but its result (`taploom.diff.model.Change`).
"""
