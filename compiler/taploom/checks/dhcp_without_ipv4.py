"""TL415: a network that serves DHCP, but has no pool of IPv4 addresses."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.passes.pools import pool_of
from taploom.spec.model.network import DhcpSpec

RULE = DiagnosticRule(
    "TL415",
    "dhcp-without-ipv4",
    Severity.ERROR,
    "A network that serves DHCP has an IPv4 prefix with room for a pool.",
    "DHCP assigns IPv4 addresses only. Without a prefix, or in a /30 and smaller, the server has none to assign.",
    "Give the network an `ipv4` of /29 or wider, name a `pool`, or drop `dhcp`.",
    bad="networks:\n  lan: {ipv6: 'fd12:3456:789a::1/64', dhcp: true}\n",
    good="networks:\n  lan: {ipv6: 'fd12:3456:789a::1/64', ra: true}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for networks that serve DHCP without a pool."""
    for name, network in sorted(context.document.networks.items()):
        if not isinstance(network.dhcp, DhcpSpec) or pool_of(network) is not None:
            continue
        if network.ipv4 is None:
            why, hint = "has no IPv4 prefix", "give it an `ipv4`, or drop `dhcp`"
        else:
            why = f"has no room for a pool in {network.ipv4.prefix}"
            hint = "widen it to a /29, name a `pool`, or drop `dhcp`"
        span = context.document.places.span("networks", name, "dhcp")
        yield Diagnostic(RULE, f"network `{name}` serves DHCP, but {why}", span, hint, subject=f"network/{name}")
