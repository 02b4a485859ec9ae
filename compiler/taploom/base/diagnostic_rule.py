"""Rules: the permanent code and explanation that all diagnostics of one kind share.

Codes are permanent: a code is never given to another rule, and a retired rule leaves a gap. `taploom explain CODE` and
the site's reference print the same text, which stands in the module that finds the mistake.

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
    """How severe a finding is: an error stops rendering, a warning fails `validate`, a note only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class DiagnosticRule:
    """The permanent identity and the explanation of a diagnostic.

    Attributes:
        code: `TL` and three digits.
        name: kebab-case, for search and for anchors in the reference.
        severity: the severity of every finding of this rule.
        summary: one sentence: the condition that the rule demands.
        why: what fails in the network where the rule is broken.
        fix: a way out.
        bad: a minimal spec that breaks the rule (YAML without the `taploom: 1` line); "" if a spec cannot break it.
        good: the same spec without the mistake.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    why: str
    fix: str
    bad: str = ""
    good: str = ""
