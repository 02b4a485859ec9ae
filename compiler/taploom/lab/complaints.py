"""Finds the lines in networkd's log that object to its units.

The words of systemd 252 to 257 identify an objection; every line about a configuration file counts as an objection.
`_HARMLESS` matches lines that the lab itself causes, and not a unit.
"""

from __future__ import annotations

import re

_COMPLAINT = re.compile(
    r"""\.(network|netdev|link|conf):            # any line about a configuration file
      | unknown\ (key|section|lvalue)
      | failed\ to | could\ not | cannot | not\ supported
      | invalid | ignor(ing|ed) | reducing | deprecated | obsolete | out\ of\ range""",
    re.VERBOSE | re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"""Failed\ to\ increase\ receive\ buffer\ size            # a limit on the lab's own rights
      | Failed\ to\ detect\ if\ root\ is\ network\ filesystem   # 257, if / is not the root of a mount
      | Failed\ to\ get\ cgroup\ path                          # the lab has no service manager""",
    re.VERBOSE | re.IGNORECASE,
)


def complaints(log: str) -> tuple[str, ...]:
    """The lines in which networkd refuses, ignores or fails to do something."""
    return tuple(line for line in log.splitlines() if _COMPLAINT.search(line) and not _HARMLESS.search(line))
