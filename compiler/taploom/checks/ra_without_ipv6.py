"""TL420: router advertisements without a prefix."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context

RULE = DiagnosticRule(
    "TL420",
    "ra-without-ipv6",
    Severity.ERROR,
    "A network that sends router advertisements has an IPv6 prefix.",
    "Router advertisements are IPv6 only (RFC 4861): there is nothing to advertise.",
    "Give the network an `ipv6`, or drop `ra`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, ra: true}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd12:3456:789a::1/64', ra: true}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the networks with `ra`."""
    for name, network in sorted(context.document.networks.items()):
        if network.ra and network.ipv6 is None:
            span = context.document.places.span("networks", name, "ra")
            message = f"network `{name}` sends router advertisements, but has no IPv6 prefix"
            yield Diagnostic(RULE, message, span, "give it an `ipv6`, or drop `ra`", subject=f"network/{name}")
