"""TL514: a network whose guests may send with each other's addresses."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context

RULE = DiagnosticRule(
    "TL514",
    "spoof-guard-off",
    Severity.NOTE,
    "The spoof guard of a network is on.",
    "Without the guard, a guest can send with the address of another guest, so a policy entry for one guest of the "
    "network applies to all of them.",
    "Leave `spoof-guard` on; a guest that routes for others needs a network of its own.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, spoof-guard: false}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for networks with `spoof-guard: false`."""
    for name, network in sorted(context.document.networks.items()):
        if not network.spoof_guard:
            span = context.document.places.span("networks", name, "spoof-guard")
            message = f"guests of network `{name}` can send with each other's addresses"
            yield Diagnostic(RULE, message, span, "remove `spoof-guard: false`", subject=f"network/{name}")
