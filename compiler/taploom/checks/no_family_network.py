"""TL423: a network without any address."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context

RULE = DiagnosticRule(
    "TL423",
    "network-without-address",
    Severity.WARNING,
    "A network has an IPv4 or an IPv6 prefix.",
    "Guests of the network get no addresses, so no policy entry can match them: the bridge is only a cable.",
    "Give the network an `ipv4`, an `ipv6`, or both.",
    bad="networks:\n  lan: {}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for networks with neither family."""
    for network in context.plan.networks:
        if network.ipv4 is None and network.ipv6 is None:
            span = context.document.places.key("networks", network.name)
            message = f"network `{network.name}` has neither IPv4 nor IPv6"
            hint = "give it an `ipv4`, an `ipv6`, or both"
            yield Diagnostic(RULE, message, span, hint, subject=f"network/{network.name}")
