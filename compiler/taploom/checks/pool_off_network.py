"""TL416: a DHCP pool with addresses that no guest can have."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.spec.model.network import DhcpSpec

RULE = DiagnosticRule(
    "TL416",
    "pool-off-network",
    Severity.ERROR,
    "A DHCP pool lies within its network, and contains neither the network address nor the broadcast address.",
    "networkd refuses such a pool and then serves nobody.",
    "Choose a pool between the first and the last usable address.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, dhcp: {pool: 10.0.1.100-199}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, dhcp: {pool: 10.0.0.100-199}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the pools of the spec with the prefixes of their networks."""
    places = context.document.places
    for name, network in sorted(context.document.networks.items()):
        if not isinstance(network.dhcp, DhcpSpec) or network.dhcp.pool is None or network.ipv4 is None:
            continue
        pool, prefix = network.dhcp.pool, network.ipv4.prefix
        first, last = prefix.first + 1, prefix.last + -1
        if first <= pool.first and pool.last <= last:
            continue
        span = places.span("networks", name, "dhcp", "pool")
        label = Label(places.span("networks", name, "ipv4"), f"the network is {prefix}")
        message = f"pool {pool.first}-{pool.last} goes beyond the usable addresses of network `{name}`"
        hint = f"the usable addresses are {first}-{last}"
        yield Diagnostic(RULE, message, span, hint, (label,), subject=f"network/{name}")
