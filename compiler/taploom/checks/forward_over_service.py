"""TL605: a forward that takes a port which policy opens on the host itself."""

from collections.abc import Iterator

from taploom.base.address import Family
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.intervals import Intervals
from taploom.plan.host import Host
from taploom.plan.interfaces import outside
from taploom.plan.policy import Action, DnatEntry, SideKind, Term

RULE = DiagnosticRule(
    "TL605",
    "forward-over-service",
    Severity.WARNING,
    "No forward takes a port of the host that a policy entry opens to the same senders; an entry that allows `any` "
    "service does not count.",
    "Translation comes before the host's own services: senders that may reach the host reach the guest instead.",
    "Change the outside port, listen on another uplink, or take the service out of the policy entry.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {}}}\n"
    "forwards:\n  web: {on: hv1, ports: tcp/443, to: web}\n"
    "policy:\n  panel: {from: internet, to: host/hv1, allow: https}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {}}}\n"
    "forwards:\n  web: {on: hv1, ports: tcp/443, to: web}\n"
    "policy:\n  panel: {from: internet, to: host/hv1, allow: tcp/8443}\n",
)
_Key = tuple[str, Family, str]


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for DNAT entries with a port that policy opens on the host itself."""
    for host in context.plan.hosts:
        opened = _opened(host) if host.dnat_entries else {}
        zones = {uplink.device: uplink.zone for uplink in outside(host)}
        for dnat_entry in host.dnat_entries if opened else ():
            for zone in sorted({zones[name] for name in dnat_entry.uplinks}):
                intervals = opened.get((zone, dnat_entry.family, dnat_entry.protocol))
                term = intervals.meeting(dnat_entry.first, dnat_entry.last) if intervals else None
                if term and _share(dnat_entry, term, zone):
                    yield _finding(context, host, dnat_entry, term)


def _opened(host: Host) -> dict[_Key, Intervals[Term]]:
    """The ports of the host that policy entries open; an entry that allows `any` service does not count."""
    found: dict[_Key, list[tuple[int, int, Term]]] = {}
    for term in host.terms:
        if term.egress.kind is SideKind.SELF and term.ingress.kind is SideKind.OUTSIDE and term.action is Action.ALLOW:
            for service in term.services:
                key = (term.ingress.name, term.family, service.protocol)
                found.setdefault(key, []).append((service.first, service.last, term))
    return {key: Intervals.of(ranges) for key, ranges in found.items()}


def _share(dnat_entry: DnatEntry, term: Term, zone: str) -> bool:
    if dnat_entry.sources is None or zone in dnat_entry.outside:
        return True
    return any(mine.overlaps(theirs) for mine in dnat_entry.sources for theirs in term.sources)


def _finding(context: Context, host: Host, dnat_entry: DnatEntry, term: Term) -> Diagnostic:
    name, entry = dnat_entry.forward.removeprefix("forward/"), term.entry.removeprefix("policy/")
    places = context.document.places
    ports = f"{dnat_entry.protocol}/{dnat_entry.first}" + (
        f"-{dnat_entry.last}" if dnat_entry.last > dnat_entry.first else ""
    )
    message = f"forward `{name}` takes {ports} of host `{host.name}`, which `{entry}` opens on the host itself"
    label = Label(places.key("policy", entry), "opened here")
    span = places.span("forwards", name, "ports")
    return Diagnostic(RULE, message, span, "change the outside port", (label,), subject=dnat_entry.forward)
