"""TL703: an entry that opens every service to everybody."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.exposure import from_everybody, open_zones, reached
from taploom.plan.policy import Term

RULE = DiagnosticRule(
    "TL703",
    "open-to-everybody",
    Severity.WARNING,
    "No policy entry allows `any` service from the internet to guests, to a host, or through a host.",
    "Everybody can reach each service that is ever started there, from its first second on.",
    "Name the services, or name the senders in `from`; `any` as a sender includes the internet.",
    bad="networks:\n  dmz: {ipv6: '2001:db8:9::1/64'}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv6: ra}}, networks: {dmz: {}}}\n"
    "policy:\n  web: {from: any, to: dmz, allow: any}\n",
    good="networks:\n  dmz: {ipv6: '2001:db8:9::1/64'}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv6: ra}}, networks: {dmz: {}}}\n"
    "policy:\n  web: {from: any, to: dmz, allow: https}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the terms for all services from zones that lead to everybody."""
    for host in context.plan.hosts:
        zones = open_zones(host)
        for term in host.terms if zones else ():
            if not term.services and from_everybody(term, zones):
                yield _finding(context, term)


def _finding(context: Context, term: Term) -> Diagnostic:
    entry = term.entry.removeprefix("policy/")
    message = f"`{entry}` lets everybody in `{term.ingress.name}` reach every service of {reached(term)}"
    span = context.document.places.span("policy", entry, "allow")
    return Diagnostic(RULE, message, span, "name the services, or the senders", subject=term.entry)
