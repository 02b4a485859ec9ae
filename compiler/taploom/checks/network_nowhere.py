"""TL513: a network that no host carries."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context

RULE = DiagnosticRule(
    "TL513",
    "network-on-no-host",
    Severity.WARNING,
    "Every network is on a host.",
    "taploom renders nothing for the network, and policy entries that name it have no effect.",
    "Add it to the `networks` of a host, or remove it.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for networks without a host. The check is off if a host is broken or refers to an unknown network."""
    places = context.document.places
    hosts = places.names("hosts")
    carried = {network for name in hosts for network in places.names("hosts", name, "networks")}
    if carried - places.names("networks").keys() or any(places.unread("hosts", name, "networks") for name in hosts):
        return
    for network in context.plan.networks:
        if not network.host and network.name not in carried:
            message = f"no host carries network `{network.name}`"
            hint = "add it to the `networks` of a host"
            span = places.key("networks", network.name)
            yield Diagnostic(RULE, message, span, hint, subject=f"network/{network.name}")
