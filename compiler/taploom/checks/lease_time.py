"""TL419: DHCP leases that are too short or too long."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.spec.model.network import DhcpSpec

RULE = DiagnosticRule(
    "TL419",
    "odd-lease-time",
    Severity.WARNING,
    "A DHCP lease lasts from 2 minutes to 30 days.",
    "A guest renews its lease after half of the time. With less than 2 minutes, guests lose their addresses while a "
    "host restarts its network. With leases of months, guests that are gone use up the pool.",
    "Choose a time from minutes to days, such as `12h`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, dhcp: {lease: 30s}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, dhcp: {lease: 12h}}\n",
)
SHORTEST, LONGEST = 120, 30 * 86400


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the lease times of the spec."""
    for name, network in sorted(context.document.networks.items()):
        if isinstance(network.dhcp, DhcpSpec) and not SHORTEST <= network.dhcp.lease <= LONGEST:
            span = context.document.places.span("networks", name, "dhcp", "lease")
            much = "short" if network.dhcp.lease < SHORTEST else "long"
            message = f"a lease of {_written(network.dhcp.lease)} on network `{name}` is very {much}"
            yield Diagnostic(RULE, message, span, "choose a time such as `12h`", subject=f"network/{name}")


def _written(seconds: int) -> str:
    days, rest = divmod(seconds, 86400)
    return f"{days} days" if days and not rest else f"{seconds} seconds"
