"""The rule of the proof; its code is in the range of taploom's own errors, as no spec can break the rule."""

from taploom.base.diagnostic_rule import DiagnosticRule, Severity

DISPROVED = DiagnosticRule(
    "TL901",
    "ruleset-disproved",
    Severity.ERROR,
    "The rendered ruleset does with every packet what the spec says.",
    "This is a bug in taploom, not a mistake in the spec: the ruleset would treat the reported packet differently from "
    "the spec. taploom writes no files, since the host would pass or drop packets against the reviewed policy.",
    "Please report the bug with the packet and the entries in this message. The spec needs no correction, "
    "but until the bug is fixed, writing the entry differently may avoid it.",
)

RULES = (DISPROVED,)
