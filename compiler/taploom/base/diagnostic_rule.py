"""Rules: the permanent code and explanation that all diagnostics of one kind share.

Codes are permanent: a new rule never gets a code that another rule has or had. The module that finds a mistake also
contains the text of the rule, which `taploom explain CODE` and the site's reference print.

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
    """The severity of a finding: an error stops rendering, a warning fails `validate`, a note only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class DiagnosticRule:
    """The permanent identity and the explanation of a diagnostic.

    Attributes:
        code: `TL` and three digits.
        name: name of the rule in kebab-case, for search and for anchors in the reference.
        severity: the severity of every finding of this rule.
        summary: the condition that the rule demands, as one sentence.
        why: the failure in the network if the rule is broken.
        fix: how to correct the spec.
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
