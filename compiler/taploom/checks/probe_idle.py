"""TL806: a probe that always fails, so that it decides nothing."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.plan.host import Host, Input
from taploom.plan.policy import Action, SideKind
from taploom.plan.take_up import ProbeKind
from taploom.spec.model.take_up import ProbeSpec

RULE = DiagnosticRule(
    "TL806",
    "probe-idle",
    Severity.WARNING,
    "A probe tests a connection that can work on its host.",
    "After a host takes up a bundle, it ignores probes that failed before. A probe that never works looks like a "
    "guard, but guards nothing.",
    "Remove the probe, or let it test a next hop of the plan, or a port that policy lets somebody reach.",
    bad="hosts:\n  hv1:\n    uplinks: {wg0: {zone: office}}\n    take-up: {probes: {out: {ping: gateway}}}\n"
    "policy:\n  admin: {from: office, to: hosts, allow: ssh}\n",
    good="hosts:\n  hv1:\n    uplinks: {wg0: {zone: office}}\n    take-up: {probes: {in: {from: operator, tcp: 22}}}\n"
    "policy:\n  admin: {from: office, to: hosts, allow: ssh}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for probes of next hops where there is none, and of ports that are closed to everybody."""
    hosts = {host.name: host for host in context.plan.hosts}
    for name, spec in sorted(context.document.hosts.items()):
        for probe, tried in sorted((spec.take_up.probes or {}).items()):
            found = _idle(context, hosts[name], tried)
            if found:
                key, why = found
                span = context.document.places.span("hosts", name, "take-up", "probes", probe, key)
                hint = "remove the probe, or let it test something else"
                yield Diagnostic(RULE, f"probe `{probe}` cannot work: {why}", span, hint, subject=f"host/{name}")


def _idle(context: Context, host: Host, tried: ProbeSpec) -> tuple[str, str] | None:
    """The key that makes a probe fail, and the reason; None if the probe can work."""
    gateways = any(probe.kind is ProbeKind.GATEWAY for probe in host.take_up.probes)
    if tried.ping and not gateways and not context.torn(host.name):
        return "ping", f"no uplink of `{host.name}` has a next hop that the spec knows"
    if tried.tcp and host.input is Input.MANAGED and not context.broken("policy") and not _open(host, tried.tcp):
        return "tcp", f"no policy entry lets anybody reach tcp/{tried.tcp} of `{host.name}`"
    return None


def _open(host: Host, port: int) -> bool:
    inward = (term for term in host.terms if term.egress.kind is SideKind.SELF and term.action is Action.ALLOW)
    return any(
        not term.services or any(one.protocol == "tcp" and one.first <= port <= one.last for one in term.services)
        for term in inward
    )
