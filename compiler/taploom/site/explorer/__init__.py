"""The data from which a browser answers questions of the reachability explorer, exactly as `taploom reach` does.

No answers are computed beforehand, since a thousand guests have a million pairs. The pages carry the data of the
intent: for each host, ordered lists of boxes, where the first box that holds a packet decides about it; for the whole
site, the names that a question may use. So the data grows with the specs and not with their square.
"""
