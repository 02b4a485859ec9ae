"""The plan: the meaning of the spec, per host and per guest, independent of any target.

Its objects are frozen, refer to each other by name, and are sorted by name, so that plans with the same content are
equal (`==`) and print to the same bytes. Backends, flows, differences and pages read the plan and nothing else.
"""
