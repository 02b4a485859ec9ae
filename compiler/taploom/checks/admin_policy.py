"""TL704: an administrative port that policy opens to everybody."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.exposure import admin_service, from_everybody, meets, open_zones, reached
from taploom.plan.host import Host
from taploom.plan.policy import Service, SideKind, Term

RULE = DiagnosticRule(
    "TL704",
    "admin-port-open",
    Severity.WARNING,
    "No policy entry opens an administrative port (ssh, rdp, databases, file shares …) of a guest or a host to the "
    "internet, except the ports in a host's `management`.",
    "Scanners find such ports within minutes, and one weak password is enough.",
    "Write the prefixes of the administrators in `from`, or waive the finding with a reason.",
    bad="networks:\n  dmz: {ipv6: '2001:db8:9::1/64'}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv6: ra}}, networks: {dmz: {}}}\n"
    "policy:\n  db: {from: internet, to: dmz, allow: postgresql}\n",
    good="addresses:\n  office: 2001:db8:f::/48\nnetworks:\n  dmz: {ipv6: '2001:db8:9::1/64'}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv6: ra}}, networks: {dmz: {}}}\n"
    "policy:\n  db: {from: office, to: dmz, allow: postgresql}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for administrative services in terms that admit every sender of a zone that leads to everybody."""
    for host in context.plan.hosts:
        zones = open_zones(host)
        for term in host.terms if zones else ():
            if term.services and from_everybody(term, zones):
                found = admin_service(_beyond_management(host, term))
                if found:
                    yield _finding(context, term, found)


def _beyond_management(host: Host, term: Term) -> list[Service]:
    if term.egress.kind is not SideKind.SELF:
        return list(term.services)
    return [s for s in term.services if not any(meets(s, wanted) for wanted in host.management)]


def _finding(context: Context, term: Term, name: str) -> Diagnostic:
    entry = term.entry.removeprefix("policy/")
    message = f"`{entry}` lets everybody in `{term.ingress.name}` reach {name} of {reached(term)}"
    span = context.document.places.span("policy", entry, "from")
    return Diagnostic(RULE, message, span, "name the prefixes of the administrators", subject=term.entry)
