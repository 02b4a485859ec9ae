"""TL604: a forward that lets everybody reach an administrative port of a guest."""

from collections.abc import Iterator

from taploom.base.address import everything
from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.exposure import admin_service, open_zones
from taploom.plan.host import Host
from taploom.plan.interfaces import outside
from taploom.plan.policy import DnatEntry

RULE = DiagnosticRule(
    "TL604",
    "admin-port-forwarded",
    Severity.WARNING,
    "A forward to an administrative port (ssh, rdp, vnc, databases, file shares …) limits its senders with `from`.",
    "Scanners find such ports within minutes, and one weak password is enough. An unusual outside port hides nothing.",
    "Add `from` with the prefixes of the administrators, or waive the finding with a reason.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "guests:\n  db: {host: hv1, nics: {lan: {}}}\n"
    "forwards:\n  db: {on: hv1, ports: tcp/15432, to-port: 5432, to: db}\n",
    good="addresses:\n  office: 198.51.100.0/24\nnetworks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "guests:\n  db: {host: hv1, nics: {lan: {}}}\n"
    "forwards:\n  db: {on: hv1, ports: tcp/15432, to-port: 5432, to: db, from: office}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for administrative services among the ports that DNAT entries open on guests."""
    for host in context.plan.hosts:
        zones = open_zones(host)
        for dnat_entry in host.dnat_entries:
            found = admin_service((dnat_entry.inside,))
            if found and to_everybody(host, dnat_entry, zones):
                name = dnat_entry.forward.removeprefix("forward/")
                span = context.document.places.span("forwards", name, "ports")
                message = f"forward `{name}` lets everybody reach {found} of guest `{dnat_entry.guest}`"
                yield Diagnostic(
                    RULE,
                    message,
                    span,
                    "add `from` with the prefixes of the administrators",
                    subject=dnat_entry.forward,
                )


def to_everybody(host: Host, dnat_entry: DnatEntry, zones: frozenset[str]) -> bool:
    """Whether a forward listens on an uplink that leads to everybody, and admits all senders that arrive there."""
    if not any(uplink.zone in zones for uplink in outside(host) if uplink.device in dnat_entry.uplinks):
        return False
    return (
        dnat_entry.sources is None
        or bool(zones & set(dnat_entry.outside))
        or everything(dnat_entry.family) in dnat_entry.sources
    )
