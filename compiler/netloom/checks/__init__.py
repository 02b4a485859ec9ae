"""What can be known to be wrong without a host: one file per rule, and the list of them all."""

from collections.abc import Callable, Iterator

from netloom.base.diagnostic import Diagnostic
from netloom.base.rule import Rule
from netloom.checks.context import Context

Check = Callable[[Context], Iterator[Diagnostic]]

CHECKS: tuple[Check, ...] = ()
"""Every check; a new one is one file and one line here."""

RULES: tuple[Rule, ...] = ()
"""The rules that the checks find broken, for `explain` and the reference."""

__all__ = ["CHECKS", "RULES", "Check", "Context"]
