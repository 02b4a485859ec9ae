"""TL409: a gateway of a family in which the uplink has a learned address, or none."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES, Family, Interface, in_family
from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import word

RULE = DiagnosticRule(
    "TL409",
    "gateway-without-address",
    Severity.WARNING,
    "An uplink has a gateway only together with a fixed address of the same family.",
    "DHCP and router advertisements supply the gateway, so the one in the spec has no effect.",
    "Remove the gateway, or give the uplink a fixed address.",
    bad="hosts:\n  hv1:\n    uplinks: {eth0: {zone: internet, ipv4: dhcp, gateway4: 192.0.2.1}}\n",
    good="hosts:\n  hv1:\n    uplinks: {eth0: {zone: internet, ipv4: dhcp}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for gateways in the spec that the plan leaves out."""
    for name, host in sorted(context.document.hosts.items()):
        for uplink, spec in sorted(host.uplinks.items()):
            for family in FAMILIES:
                gateway = spec.gateway4 if family is Family.IPV4 else spec.gateway6
                value = in_family(spec, family)
                if gateway is None or isinstance(value, Interface):
                    continue
                key = f"gateway{family.value}"
                why = f"has no {word(family)} address" if value is None else f"learns its {word(family)} gateway"
                span = context.document.places.span("hosts", name, "uplinks", uplink, key)
                message = f"`{key}` has no effect: uplink `{uplink}` {why}"
                yield Diagnostic(RULE, message, span, "remove it, or write a fixed address", subject=f"host/{name}")
