"""TL711: an entry that expires soon."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.expiry import endings

RULE = DiagnosticRule(
    "TL711",
    "expires-soon",
    Severity.NOTE,
    "No policy entry and no forward expires within 30 days.",
    "The kernel closes the path at the time in `expires`, even if somebody still uses it.",
    "Set a later `expires`, or inform the users of the path.",
)
SOON = 30 * 86400


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the `expires` of each entry with the current time."""
    for ending in endings(context):
        if context.now < ending.when <= context.now + SOON:
            days = (ending.when - context.now) // 86400
            message = f"{ending.what} ends on {ending.date}, in {days} {'day' if days == 1 else 'days'}"
            yield Diagnostic(
                RULE, message, ending.span, "set a later `expires` if the entry is still needed", subject=ending.subject
            )
