"""TL710: an entry that has expired."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.expiry import endings

RULE = DiagnosticRule(
    "TL710",
    "expired",
    Severity.WARNING,
    "The `expires` of every policy entry and every forward is in the future.",
    "The hosts no longer apply the entry, so the spec differs from what they do.",
    "Remove the entry, or set a later `expires`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "policy:\n  audit: {from: lan, to: dmz, allow: https, expires: 2020-01-31}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "policy:\n  audit: {from: lan, to: dmz, allow: https}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the `expires` of each entry with the current time."""
    for ending in endings(context):
        if ending.when <= context.now:
            message = f"{ending.what} ended on {ending.date}"
            yield Diagnostic(
                RULE, message, ending.span, "remove the entry, or set a later `expires`", subject=ending.subject
            )
