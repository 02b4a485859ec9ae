"""TL421: an advertised prefix from which no guest forms an address."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context

RULE = DiagnosticRule(
    "TL421",
    "ra-prefix-not-64",
    Severity.WARNING,
    "An advertised prefix is a /64.",
    "Guests ignore a prefix of any other length when they form their own address (RFC 4862, 5.5.3); they use it only "
    "as a route.",
    "Give the network a /64; a /48 contains 65,536 of them.",
    bad="networks:\n  lan: {ipv6: 'fd12:3456:789a::1/80', ra: true}\n",
    good="networks:\n  lan: {ipv6: 'fd12:3456:789a::1/64', ra: true}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the prefixes of networks with `ra`."""
    places = context.document.places
    for name, network in sorted(context.document.networks.items()):
        if network.ra and network.ipv6 is not None and network.ipv6.length != 64:
            label = Label(places.span("networks", name, "ra"), "advertised here")
            span = places.span("networks", name, "ipv6")
            message = f"network `{name}` advertises a /{network.ipv6.length}, from which guests form no address"
            yield Diagnostic(RULE, message, span, "make it a /64", (label,), subject=f"network/{name}")
