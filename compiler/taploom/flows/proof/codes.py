"""The rule that the proof of the rulesets reports; its code is among taploom's own, as no spec can break the rule."""

from taploom.base.diagnostic_rule import DiagnosticRule, Severity

DISPROVED = DiagnosticRule(
    "TL901",
    "ruleset-disproved",
    Severity.ERROR,
    "What the rendered ruleset does with every packet is what the spec says.",
    "This is a bug in taploom, not in the spec: a packet was found that the ruleset would treat otherwise than the "
    "spec says. Nothing is written, since the host would be open, or closed, where its reviewers believe otherwise.",
    "Please report it with the packet and the entries that are shown. Nothing in the spec needs mending; "
    "an entry that is written differently may avoid the bug until it is fixed.",
)

RULES = (DISPROVED,)
