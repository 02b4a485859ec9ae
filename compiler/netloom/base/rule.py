"""A rule: what a diagnostic is about, once and for all.

Codes are permanent: a code is never given to another rule, and a retired rule leaves a gap. `netloom explain CODE`
and the site's reference print the same text, which is kept with the code that finds the mistake.

| codes | about |
|---|---|
| NL1xx | files and YAML |
| NL2xx | the language: keys, values, names |
| NL3xx | the lock |
| NL4xx | addresses, DHCP, RA |
| NL5xx | interfaces, bridges, TAPs, MTU |
| NL6xx | NAT and port forwards |
| NL7xx | policy |
| NL8xx | hosts: management, services, targets |
| NL9xx | netloom itself |
"""

import enum

from netloom.base.frozen import dataclass


class Severity(enum.Enum):
    """How much a finding weighs: an error stops, a warning fails `validate`, a note only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Rule:
    """The permanent identity and the explanation of a diagnostic.

    Attributes:
        code: `NL` and three digits.
        name: kebab-case, for search and for anchors in the reference.
        severity: what a finding of this rule weighs.
        summary: one sentence: what the rule refuses.
        why: what fails in the network where the rule is broken.
        fix: a way out.
        bad: a smallest spec that breaks it (YAML without the `netloom: 1` line), or "" where no spec alone can.
        good: the same, mended.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    why: str
    fix: str
    bad: str = ""
    good: str = ""
