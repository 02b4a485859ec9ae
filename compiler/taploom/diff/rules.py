"""Findings about a change, at the line that causes them; none is a mistake by itself."""

from taploom.base.rule import Rule, Severity

GATE = Rule(
    "TL951",
    "gate-fails",
    Severity.ERROR,
    "A change stays within the gates that its site has set.",
    "The owners of the site have said how much a change may do without a word of theirs.",
    "Change less, or waive the gate with a reason: `site: {gates: {waive: {GATE: REASON}}}`.",
)
EXPOSED = Rule(
    "TL952",
    "newly-exposed",
    Severity.WARNING,
    "Nothing becomes reachable from outside of the site without somebody's knowing.",
    "What can be reached from outside is tried from outside within minutes.",
    "If it is meant, nothing is to be done. If not, say `from` whom, or take the entry away.",
)
WAY_IN = Rule(
    "TL953",
    "way-in-at-risk",
    Severity.WARNING,
    "A change leaves the way in by which a host is managed.",
    "Who applies it from afar may not be able to take it back.",
    "Apply it from the console, or with something that reverts it unless it is confirmed.",
)
STILL_ALLOWED = Rule(
    "TL954",
    "still-allowed",
    Severity.NOTE,
    "What a removed entry allowed is no longer allowed.",
    "Another entry allows the same, so that nothing is closed by removing this one.",
    "If it was to be closed, remove the other entry too, or write a `deny`.",
)

RULES = (GATE, EXPOSED, WAY_IN, STILL_ALLOWED)
