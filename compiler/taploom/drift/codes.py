"""The rule about facts that hosts send: a file of them is read whole or not at all."""

from taploom.base.diagnostic_rule import DiagnosticRule, Severity

UNREADABLE_FACTS = DiagnosticRule(
    "TL921",
    "unreadable-facts",
    Severity.ERROR,
    "A file of facts is what `taploom drift --collect` prints, run on a host of the site.",
    "A comparison with facts that are cut off, or that something else wrote, would call a host current that is not.",
    "Collect the facts anew: `taploom drift --collect | ssh root@HOST sh -s >facts/HOST.json`.",
)

RULES = (UNREADABLE_FACTS,)
