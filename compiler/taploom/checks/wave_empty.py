"""TL807: a wave of a rollout that adds no host."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context

RULE = DiagnosticRule(
    "TL807",
    "wave-empty",
    Severity.WARNING,
    "Each wave of a rollout has a host that no earlier wave has.",
    "The author expects a few hosts to go first, but all hosts go at once.",
    "Select hosts by name or tag, move the wave before the one that already has its hosts, or remove it.",
    bad="site: {rollout: {waves: [hosts, hv1]}}\nhosts:\n  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}}\n",
    good="site: {rollout: {waves: [hv1, hosts]}}\nhosts:\n  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}}\n"
    "  hv2: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the waves of the plan."""
    if context.broken("hosts"):
        return
    for wave in context.plan.rollout.waves:
        if not wave.hosts:
            message = f"wave `{wave.selector}` adds no host"
            hint = "select hosts that no earlier wave has, or remove it"
            yield Diagnostic(RULE, message, wave.origin.span, hint, subject="site/site")
