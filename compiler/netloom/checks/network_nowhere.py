"""NL513: a network that no host carries."""

from collections.abc import Iterator

from netloom.base.diagnostic import Diagnostic
from netloom.base.rule import Rule, Severity
from netloom.checks.context import Context

RULE = Rule(
    "NL513",
    "network-on-no-host",
    Severity.WARNING,
    "Every network is carried by a host.",
    "Nothing is rendered for it, and rules that name it have no effect.",
    "Add it to the `networks` of a host, or remove it.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare networks with hosts; a broken host may carry any, and has been reported."""
    places = context.document.places
    broken = [name for name in places.names("hosts") if name not in context.document.hosts]
    carried = {network for name in broken for network in places.names("hosts", name, "networks")}
    for network in context.plan.networks:
        if not network.host and network.name not in carried:
            message = f"no host carries network `{network.name}`"
            hint = "add it to the `networks` of a host"
            span = places.key("networks", network.name)
            yield Diagnostic(RULE, message, span, hint, subject=f"network/{network.name}")
