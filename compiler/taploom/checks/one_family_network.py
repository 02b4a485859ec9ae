"""TL422: a network with one address family on a host whose uplinks have both."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES, in_family
from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import other, word
from taploom.plan.interfaces import inside, outside

RULE = DiagnosticRule(
    "TL422",
    "one-family-network",
    Severity.NOTE,
    "A network has each family that the uplinks of its host have.",
    "Guests of the network reach only destinations of one family, and forwards to them work in that family only.",
    "Give the network the other family too, or accept this note.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}, networks: {lan: {}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd12:3456:789a::1/64'}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}, networks: {lan: {}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the families of each bridge with the families of its host's uplinks."""
    for host in context.plan.hosts:
        both = all(any(in_family(uplink, family) is not None for uplink in outside(host)) for family in FAMILIES)
        for here in inside(host) if both else ():
            for family in FAMILIES:
                if here.own(family) is None and here.own(other(family)) is not None:
                    span = context.document.places.key("networks", here.network)
                    message = f"network `{here.network}` has no {word(family)}, which the uplinks of its host have"
                    hint = f"give it an `{family.key}`, if its guests should have one"
                    yield Diagnostic(RULE, message, span, hint, subject=f"network/{here.network}")
