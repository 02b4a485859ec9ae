"""TL714: a limit on an entry that denies."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context

RULE = DiagnosticRule(
    "TL714",
    "limit-on-deny",
    Severity.WARNING,
    "An entry with `limit` has `allow`, not `deny`.",
    "A limit bounds how much of the allowed traffic passes; denied traffic never passes.",
    "Remove the limit, or change the entry to `allow`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "policy:\n  wall: {from: lan, to: dmz, deny: ssh, limit: 5/minute}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "policy:\n  wall: {from: lan, to: dmz, allow: ssh, limit: 5/minute}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for denies with a limit."""
    for name, entry in sorted(context.document.policy.items()):
        if entry.limit is not None and entry.deny is not None:
            span = context.document.places.span("policy", name, "limit")
            message = f"the limit of `{name}` has no effect on a `deny`"
            yield Diagnostic(RULE, message, span, "remove it, or write `allow`", subject=f"policy/{name}")
