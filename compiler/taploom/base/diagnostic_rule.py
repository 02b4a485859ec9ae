"""A rule: what a diagnostic is about, once and for all.

Codes are permanent: a code is never given to another rule, and a retired rule leaves a gap. `taploom explain CODE`
and the site's reference print the same text, which is kept with the code that finds the mistake.

| codes | about |
|---|---|
| TL1xx | files and YAML |
| TL2xx | the language: keys, values, names |
| TL3xx | the lock |
| TL4xx | addresses, DHCP, RA |
| TL5xx | interfaces, bridges, TAPs, MTU |
| TL6xx | NAT and port forwards |
| TL7xx | policy |
| TL8xx | hosts: management, services, targets |
| TL9xx | taploom itself |
"""

import enum

from taploom.base.frozen import dataclass


class Severity(enum.Enum):
    """How much a finding weighs: an error stops, a warning fails `validate`, a note only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class DiagnosticRule:
    """The permanent identity and the explanation of a diagnostic.

    Attributes:
        code: `TL` and three digits.
        name: kebab-case, for search and for anchors in the reference.
        severity: what a finding of this rule weighs.
        summary: one sentence: what the rule refuses.
        why: what fails in the network where the rule is broken.
        fix: a way out.
        bad: a smallest spec that breaks it (YAML without the `taploom: 1` line), or "" where no spec alone can.
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
