"""The data of the reachability explorer: what a browser needs to answer the questions of `taploom reach` exactly.

No answers are computed beforehand, since a thousand guests have a million pairs. The pages carry what decides, as the
intent has it: for each host the ordered lists of boxes of which the first that holds a packet says what becomes of it,
and for the whole site the names that a question may have. So the data grows with the specs and not with their square.
"""
