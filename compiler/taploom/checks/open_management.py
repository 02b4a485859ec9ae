"""TL705: a host whose management ports are open to everybody."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.exposure import from_everybody, meets, open_zones, written
from taploom.plan.policy import SideKind

RULE = DiagnosticRule(
    "TL705",
    "management-open",
    Severity.NOTE,
    "Only the administrators of a host can reach its management services.",
    "Otherwise everybody can guess passwords and try the newest exploit of the service.",
    "Name the owner's prefixes in `from`, if they are known; a `limit` slows guessing down.",
    bad="hosts:\n  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}}\n"
    "policy:\n  admin: {from: any, to: host/hv1, allow: ssh}\n",
    good="addresses:\n  office: [198.51.100.0/24, '2001:db8:f::/48']\n"
    "hosts:\n  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}}\n"
    "policy:\n  admin: {from: office, to: host/hv1, allow: ssh}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the terms to the host itself from zones that lead to everybody."""
    for host in context.plan.hosts:
        zones = open_zones(host)
        for term in host.terms if zones else ():
            if term.egress.kind is not SideKind.SELF or not from_everybody(term, zones):
                continue
            opened = [wanted for wanted in host.management if any(meets(s, wanted) for s in term.services)]
            if opened:
                entry = term.entry.removeprefix("policy/")
                message = f"`{entry}` lets everybody connect to {written(opened[0])} of host `{host.name}`"
                span = context.document.places.span("policy", entry, "from")
                yield Diagnostic(RULE, message, span, "name the owner's prefixes, if known", subject=term.entry)
