"""The rule about files of facts: a file that cannot be read in full is refused."""

from taploom.base.diagnostic_rule import DiagnosticRule, Severity

UNREADABLE_FACTS = DiagnosticRule(
    "TL921",
    "unreadable-facts",
    Severity.ERROR,
    "A file of facts is the unchanged output of the script from `taploom drift --collect`, run on a host.",
    "With incomplete or forged facts, the comparison could report a host as current although it is not.",
    "Collect the facts anew: `taploom drift --collect | ssh root@HOST sh -s >facts/HOST.json`.",
)

RULES = (UNREADABLE_FACTS,)
