"""TL704: a port for administrators that policy opens to everybody."""

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
    "No policy entry opens a port for administrators (ssh, rdp, databases, file shares …) to the internet: none of a "
    "guest, and none of a host except its `management`.",
    "Such ports are scanned within minutes, and one weak password is enough.",
    "Name the prefixes of those who need it in `from`, or waive it with a reason.",
    bad="networks:\n  dmz: {ipv6: '2001:db8:9::1/64'}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv6: ra}}, networks: {dmz: {}}}\n"
    "policy:\n  db: {from: internet, to: dmz, allow: postgresql}\n",
    good="addresses:\n  office: 2001:db8:f::/48\nnetworks:\n  dmz: {ipv6: '2001:db8:9::1/64'}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv6: ra}}, networks: {dmz: {}}}\n"
    "policy:\n  db: {from: office, to: dmz, allow: postgresql}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the terms that admit everybody in a zone that leads to everybody."""
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
    return Diagnostic(RULE, message, span, "name who needs it", subject=term.entry)
