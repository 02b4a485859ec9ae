"""TL430: an uplink with addresses of both families, but with a default route in only one of them."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES, LINK_LOCAL, Family, in_family
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import other, word
from taploom.flows.packets.defaults import leads_out
from taploom.flows.packets.forwarding import Forwarding
from taploom.plan.host import Fixed, Host
from taploom.plan.interfaces import outside

RULE = DiagnosticRule(
    "TL430",
    "way-out-of-one-family",
    Severity.WARNING,
    "If an uplink has addresses of both families but a default route in only one family, the host has another route "
    "out in the other family.",
    "A static address adds no default route. In the family without a gateway, the host and its guests reach only the "
    "uplink's own link. Clients with addresses of both families try IPv6 first, and wait until it fails.",
    "Write the provider's router as `gateway4` or `gateway6` (often `fe80::1`), or write `gateway6: ra` if the router "
    "advertises itself, or remove the address of that family.",
    bad="hosts:\n  hv1:\n    uplinks:\n"
    "      eth0: {zone: internet, ipv4: 192.0.2.10/24, gateway4: 192.0.2.1, ipv6: '2001:db8::10/64'}\n",
    good="hosts:\n  hv1:\n    uplinks:\n      eth0: {zone: internet, ipv4: 192.0.2.10/24, gateway4: 192.0.2.1, "
    "ipv6: '2001:db8::10/64', gateway6: fe80::1}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at static addresses of a family in which the host has neither a route out nor NAT; TL608 reports NAT."""
    for host in context.plan.hosts:
        for family in () if context.torn(host.name) else FAMILIES:
            devices = {uplink.device for uplink in outside(host)}
            routed = any(route.to.family is family and route.device in devices for route in host.routes)
            translated = any(nat.family is family for nat in host.nat)
            if not (routed or translated or Forwarding.of(host, family).defaults):
                yield from _lacking(context, host, family)


def _lacking(context: Context, host: Host, family: Family) -> Iterator[Diagnostic]:
    """Findings about uplinks with a static address of one family and a default route only in the other."""
    twin, key = other(family), f"gateway{family.value}"
    for uplink in outside(host):
        own = in_family(uplink, family)
        if not isinstance(own, Fixed) or own.interface.address in LINK_LOCAL or not leads_out(uplink, twin):
            continue
        at = ("hosts", host.name, "uplinks", uplink.device)
        places = context.document.places
        message = f"uplink `{uplink.device}` has no {word(family)} default route: static {own.interface} adds none"
        learned = "ipv4: dhcp" if family is Family.IPV4 else "gateway6: ra"
        hint = f"write the provider's router as `{key}`, or `{learned}` if the provider announces it"
        gateway = f"gateway{twin.value}" if isinstance(in_family(uplink, twin), Fixed) else twin.key
        label = Label(places.span(*at, gateway), f"the {word(twin)} default route")
        yield Diagnostic(RULE, message, places.span(*at, family.key), hint, (label,), subject=f"host/{host.name}")
