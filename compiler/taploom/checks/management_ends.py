"""TL802: a host whose last management path expires."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.management import paths
from taploom.plan.host import Input

RULE = DiagnosticRule(
    "TL802",
    "management-ends",
    Severity.WARNING,
    "A host can be managed for as long as its plan is active.",
    "The kernel closes the last management path at the time in `expires`, whether anybody remembers that or not.",
    "Allow the management of the host in an entry without `expires`.",
    bad="hosts:\n  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}}\n"
    "policy:\n  admin: {from: internet, to: host/hv1, allow: ssh, expires: 2099-01-31}\n",
    good="hosts:\n  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}}\n"
    "policy:\n  admin: {from: internet, to: host/hv1, allow: ssh}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the current management paths with those that are left after all entries with `expires` have ended."""
    for host in context.plan.hosts:
        ends = [t.expires for t in host.terms if t.expires is not None]
        if host.input is not Input.MANAGED or not ends:
            continue
        now = next(paths(host, context.now), None)
        if now is not None and next(paths(host, max(ends)), None) is None:
            entry = now.term.entry.removeprefix("policy/")
            span = context.document.places.span("policy", entry, "expires")
            message = f"nobody can manage host `{host.name}` any more when `{entry}` ends"
            hint = "allow management in an entry without `expires`"
            yield Diagnostic(RULE, message, span, hint, subject=f"policy/{entry}")
