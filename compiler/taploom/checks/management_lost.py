"""TL801: a host that nobody can manage any more."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.exposure import written
from taploom.checks.management import paths
from taploom.plan.host import Host, Input
from taploom.plan.interfaces import interfaces

RULE = DiagnosticRule(
    "TL801",
    "management-lost",
    Severity.ERROR,
    "If taploom filters the input of a host, somebody can reach the services in its `management` (by default, ssh).",
    "Once the plan is active, the owner of the host is locked out, and only a console helps.",
    "Allow ssh to `host/NAME` from where you are; name other services in `management`; or leave the host's input to "
    "its own firewall with `input: foreign`.",
    bad="hosts:\n  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}}\n",
    good="hosts:\n  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}}\n"
    "policy:\n  admin: {from: internet, to: host/hv1, allow: ssh}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for a management path to every host that has an interface."""
    if context.broken("policy", "hosts", "networks", "services", "addresses"):
        return
    for host in context.plan.hosts:
        wired = interfaces(host)
        if host.input is Input.MANAGED and wired and next(paths(host, context.now), None) is None:
            yield _finding(context, host)


def _finding(context: Context, host: Host) -> Diagnostic:
    services = " and ".join(written(service) for service in host.management)
    key = "management" if "management" in context.document.places.names("hosts", host.name) else ""
    at = ("hosts", host.name, key) if key else ("hosts", host.name)
    message = f"nobody can reach {services} of host `{host.name}`: the plan would lock its owner out"
    hint = f"add a policy entry to `host/{host.name}` that allows it, or write `input: foreign`"
    return Diagnostic(RULE, message, context.document.places.key(*at), hint, subject=f"host/{host.name}")
