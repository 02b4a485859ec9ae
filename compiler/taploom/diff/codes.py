"""The rules for findings about a change; a finding points to the line that causes it, which may be correct."""

from taploom.base.diagnostic_rule import DiagnosticRule, Severity

GATE = DiagnosticRule(
    "TL951",
    "gate-fails",
    Severity.ERROR,
    "A change stays within the gates that its site has set.",
    "The owners of the site have set how much a change may do without their consent.",
    "Change less, or waive the gate with a reason: `site: {gates: {waive: {GATE: REASON}}}`.",
)
EXPOSED = DiagnosticRule(
    "TL952",
    "newly-exposed",
    Severity.WARNING,
    "Nothing becomes reachable from outside of the site unnoticed.",
    "Strangers scan a service within minutes after it becomes reachable from outside.",
    "If the exposure is intended, do nothing. If not, limit the senders with `from`, or remove the entry.",
)
WAY_IN = DiagnosticRule(
    "TL953",
    "way-in-at-risk",
    Severity.WARNING,
    "A change keeps the access by which a host is managed.",
    "The change may cut off logins over the network, and then nobody can revert it remotely.",
    "Apply the change from the console, or with a tool that reverts it unless somebody confirms it.",
)
STILL_ALLOWED = DiagnosticRule(
    "TL954",
    "still-allowed",
    Severity.NOTE,
    "Removing an entry closes the traffic that it allowed.",
    "Another entry allows the same traffic, so removing this one closes nothing.",
    "If the traffic should be closed, remove the other entry too, or write a `deny`.",
)

RULES = (GATE, EXPOSED, WAY_IN, STILL_ALLOWED)
