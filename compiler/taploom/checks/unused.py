"""TL713: a zone, a named address or a service that is declared and never used."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.spec.document import Document
from taploom.spec.values import Selector, ServiceRef

RULE = DiagnosticRule(
    "TL713",
    "unused",
    Severity.NOTE,
    "Every zone has a network or an uplink, and every named address and service is used.",
    "People still read, review and update an unused object. Or the name is misspelt at the place that should use it.",
    "Remove it, or use it.",
    bad="addresses:\n  office: 198.51.100.0/24\n",
    good="addresses:\n  office: 198.51.100.0/24\nhosts:\n  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}}\n"
    "policy:\n  admin: {from: office, to: host/hv1, allow: ssh}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the declared names with the names that entries use."""
    document, places = context.document, context.document.places
    if context.broken("policy", "forwards", "hosts", "services", "networks"):
        return
    zones = {network.zone or name for name, network in document.networks.items()}
    zones |= {each.zone for host in document.hosts.values() for each in host.outside.values()}
    named = {selector.name for selector in _selectors(document)}
    tags = {selector.name for selector in _selectors(document) if selector.kind == "tag"}
    services = {ref.text for ref in _services(document)}
    unused = [("zones", "zone", name, "no network and no uplink is in it") for name in document.zones.keys() - zones]
    unused += [
        ("addresses", "address", name, "no entry names it")
        for name, spec in document.addresses.items()
        if name not in named and not tags & set(spec.tags)
    ]
    unused += [("services", "service", name, "no entry names it") for name in document.services.keys() - services]
    for section, kind, name, why in sorted(unused):
        message = f"{kind} `{name}` is not used: {why}"
        yield Diagnostic(RULE, message, places.key(section, name), "remove it, or use it", subject=f"{kind}/{name}")


def _selectors(document: Document) -> Iterator[Selector]:
    for entry in document.policy.values():
        yield from entry.from_
        yield from entry.to
    for forward in document.forwards.values():
        yield from forward.from_


def _services(document: Document) -> Iterator[ServiceRef]:
    for entry in document.policy.values():
        yield from entry.allow or ()
        yield from entry.deny or ()
    for forward in document.forwards.values():
        yield from forward.ports
    for host in document.hosts.values():
        yield from host.management
    for service in document.services.values():
        yield from service.ports
