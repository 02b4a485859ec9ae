"""What can be known to be wrong without a host: one file per rule, and the list of them all."""

from collections.abc import Callable, Iterator

from netloom.base.diagnostic import Diagnostic
from netloom.checks.context import Context

Check = Callable[[Context], Iterator[Diagnostic]]

CHECKS: tuple[Check, ...] = ()
"""Every check; a new one is one file and one line here."""

__all__ = ["CHECKS", "Check", "Context"]
