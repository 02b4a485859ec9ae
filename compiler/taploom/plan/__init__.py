"""The plan: what the spec means, per host and per guest, without a word of any target.

Everything here is frozen and slotted, refers to other objects by name, and is sorted by name, so that two plans
compare with `==` and print to the same bytes. Backends, flows, differences and pages read the plan and nothing else.
"""
