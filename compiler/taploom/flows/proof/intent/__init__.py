"""What the spec means for every packet: policy, forwards, isolation, translations and what is implied.

Written from the language's definition and the plan's own words (selectors as the user wrote them), and on purpose not
from what the passes made of them for each host: a mistake there shows as a difference to the ruleset.
"""
