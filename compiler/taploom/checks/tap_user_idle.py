"""TL508: an owner for TAPs that the host does not create."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context

RULE = DiagnosticRule(
    "TL508",
    "tap-user-without-taps",
    Severity.WARNING,
    "A host's network has a `tap-user` only if the host creates the TAPs.",
    "The guests' runner creates the TAPs and owns them, so the setting has no effect.",
    "Add `create-taps: true`, or remove `tap-user`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {tap-user: microvm}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {networks: {lan: {create-taps: true, tap-user: microvm}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for a `tap-user` without `create-taps`."""
    for host in context.plan.hosts:
        for bridge in host.bridges:
            if bridge.taps.user and not bridge.taps.create:
                at = ("hosts", host.name, "networks", bridge.network, "tap-user")
                message = f"`tap-user` has no effect: host `{host.name}` does not create the TAPs of `{bridge.network}`"
                hint = "add `create-taps: true`, or remove it"
                yield Diagnostic(RULE, message, context.document.places.span(*at), hint, subject=f"host/{host.name}")
