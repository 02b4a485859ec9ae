"""First pass: checks that every name refers to an object of the right kind.

An entry that refers to an unknown name is reported and left out, together with the entries that depend on it. So every
name in the next passes refers to an object, and a mistake is reported once. A name whose own entry is broken counts as
known: the mistake in that entry has been reported already.
"""

from collections.abc import Mapping
from dataclasses import replace

from taploom.base.diagnostic import Diagnostic, Label, Report
from taploom.base.span import Span
from taploom.passes.broken_entries import look_into_broken
from taploom.passes.lookup import SHARED, NameLookup, SymbolTable, article
from taploom.passes.lost import lost_zones
from taploom.plan.origin import KINDS
from taploom.plan.services import BUILT_IN, ICMP_TYPES, PORT_PROTOCOLS, PROTOCOLS
from taploom.spec import codes
from taploom.spec.document import Document
from taploom.spec.model.metadata import Metadata
from taploom.spec.named import SELECTORS


def resolve(document: Document, report: Report) -> tuple[Document, SymbolTable]:
    """The document without entries that refer to unknown names, and the kind of each name."""
    zones = zones_of(document)
    kinds = _kinds(document, zones, report)
    names = SymbolTable(kinds, zones, tags_of(document), lost_zones(document))
    look = NameLookup(document, names, report)
    services = {n: s for n, s in document.services.items() if look.services(s.ports, "services", n, "ports")}
    _check_builtin(document, report)
    hosts = {name: look.host(name, host) for name, host in document.hosts.items()}
    kept = replace(document, hosts=hosts, services=services)
    guests = {name: g for name, spec in document.guests.items() if (g := look.guest(name, spec, kept)) is not None}
    kept = replace(kept, guests=guests)
    names = replace(names, tags=tags_of(kept))
    look = replace(look, document=kept, names=names)
    forwards = {n: f for n, f in document.forwards.items() if look.forward(n, kept)}
    policy = {n: p for n, p in document.policy.items() if look.policy(n, kept)}
    rollout = replace(kept.site.rollout, waves=look.waves(kept))
    look_into_broken(replace(look, document=document))
    return replace(kept, site=replace(kept.site, rollout=rollout), forwards=forwards, policy=policy), names


def zones_of(document: Document) -> dict[str, tuple[str, ...]]:
    """The networks of each zone; a zone with only uplinks has none."""
    found: dict[str, list[str]] = {name: [] for name in document.zones}
    for name, network in document.networks.items():
        found.setdefault(network.zone or name, []).append(name)
    for host in document.hosts.values():
        for interface in host.outside.values():
            found.setdefault(interface.zone, [])
    return {name: tuple(sorted(members)) for name, members in sorted(found.items())}


def _kinds(document: Document, zones: Mapping[str, tuple[str, ...]], report: Report) -> dict[str, str]:
    kinds: dict[str, str] = {}
    spans: dict[str, Span] = {}
    for section in SHARED[1:]:
        for name, entry in document.places.names(section).items():
            kind = KINDS[section]
            if name in kinds:
                _clash(report, name, entry.key.span, kind, spans[name], kinds[name])
                continue
            kinds[name], spans[name] = kind, entry.key.span
    for zone, members in zones.items():
        if zone not in kinds:
            kinds[zone] = "zone"
        elif not (kinds[zone] == "network" and members == (zone,) and not _has_uplink(document, zone)):
            _clash(report, zone, _zone_span(document, zone), "zone", spans[zone], kinds[zone])
    return kinds


def _has_uplink(document: Document, zone: str) -> bool:
    return any(i.zone == zone for host in document.hosts.values() for i in host.outside.values())


def _zone_span(document: Document, zone: str) -> Span:
    if zone in document.places.names("zones"):
        return document.places.key("zones", zone)
    for name, network in document.networks.items():
        if network.zone == zone:
            return document.places.span("networks", name, "zone")
    for name, host in document.hosts.items():
        for at, interface in host.outside.items():
            if interface.zone == zone:
                return document.places.span("hosts", name, *at, "zone")
    return document.places.span("networks", zone)


def _clash(report: Report, name: str, span: Span, kind: str, first: Span, other: str) -> None:
    message = f"`{name}` is the name of {article(kind)} and of {article(other)}"
    labels = (Label(first, f"the {other}"),)
    report.add(Diagnostic(codes.NAME_CLASH, message, span, "rename one of the two", labels, subject=f"{kind}/{name}"))


def tags_of(document: Document) -> dict[str, tuple[tuple[str, str], ...]]:
    """Every tag, with the entries that have it, as (kind, name)."""
    bearers: dict[str, list[tuple[str, str]]] = {}
    sections: tuple[tuple[str, Mapping[str, Metadata]], ...] = (
        ("zone", document.zones),
        ("network", document.networks),
        ("host", document.hosts),
        ("guest", document.guests),
        ("address", document.addresses),
    )
    for kind, entries in sections:
        for name, entry in entries.items():
            for tag in entry.tags:
                bearers.setdefault(tag, []).append((kind, name))
    return {tag: tuple(sorted(set(members))) for tag, members in bearers.items()}


def _check_builtin(document: Document, report: Report) -> None:
    for name in document.places.names("services"):
        if name in SELECTORS:  # the decoder has reported that these words cannot be names
            continue
        if name in BUILT_IN or name in PORT_PROTOCOLS or name in ICMP_TYPES or name in PROTOCOLS:
            span = document.places.key("services", name)
            message = f"`{name}` is a {'built-in service' if name in BUILT_IN else 'protocol'}"
            report.add(
                Diagnostic(codes.NAME_CLASH, message, span, f"name your service `my-{name}`", subject=f"service/{name}")
            )
