"""TL608: a network with `nat` whose host has no route beyond the links of its uplinks."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES, Family, in_family
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import word
from taploom.flows.packets.defaults import leads_out
from taploom.plan.host import Host
from taploom.plan.interfaces import outside

RULE = DiagnosticRule(
    "TL608",
    "nat-without-gateway",
    Severity.WARNING,
    "The host of a network with `nat` has a route out: a gateway, a learned address, or a static route.",
    "Guests reach the uplink's own link and nothing beyond it.",
    "Add `gateway4` or `gateway6` to the uplink, or a route.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, nat: true}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: 192.0.2.10/24}}, networks: {lan: {}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, nat: true}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: 192.0.2.10/24, gateway4: 192.0.2.1}}, networks: {lan: {}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at each host and family with source NAT."""
    for host in context.plan.hosts:
        for family in FAMILIES:
            networks = sorted({entry.network for entry in host.nat if entry.family is family})
            if networks and not _leads_out(host, family):
                yield _finding(context, host, family, networks)


def _leads_out(host: Host, family: Family) -> bool:
    devices = {uplink.device for uplink in outside(host)}
    routed = any(route.to.family is family and route.device in devices for route in host.routes)
    return routed or any(leads_out(uplink, family) or not uplink.configured for uplink in outside(host))


def _finding(context: Context, host: Host, family: Family, networks: list[str]) -> Diagnostic:
    places, key = context.document.places, f"gateway{family.value}"
    uplink = next(u for u in outside(host) if in_family(u, family) is not None)
    span = places.span("hosts", host.name, "uplinks", uplink.device, family.key)
    label = Label(places.span("networks", networks[0], "nat"), "translated here")
    names = ", ".join(f"`{name}`" for name in networks)
    message = f"host `{host.name}` translates {word(family)} of {names}, but has no {word(family)} route out"
    return Diagnostic(RULE, message, span, f"add `{key}`", (label,), subject=f"host/{host.name}")
