"""TL511: a guest with several NICs, none of which has `gateway: true`."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES, in_family
from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import word

RULE = DiagnosticRule(
    "TL511",
    "default-route-unsaid",
    Severity.NOTE,
    "A guest with several NICs names the NIC of its default route.",
    "taploom takes, in each family, the first network by name that has a gateway and is not isolated; a NIC that is "
    "added later may change the choice.",
    "Write `gateway: true` in one NIC.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {}, dmz: {}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {}, dmz: {gateway: true}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the guests with more than one NIC that has a gateway of a family."""
    for guest in context.plan.guests:
        if len(guest.nics) < 2 or any(nic.gateway for nic in context.document.guests[guest.name].nics.values()):
            continue
        gateways = {family: [nic for nic in guest.nics if in_family(nic, family).gateway] for family in FAMILIES}
        if all(len(nics) < 2 for nics in gateways.values()):
            continue
        routes = ((f, nic.network) for f, nics in gateways.items() for nic in nics if in_family(nic, f).default_route)
        ways = dict(routes)
        chosen = sorted(set(ways.values()))
        place = f"`{chosen[0]}`"
        if len(chosen) > 1:
            place = " and ".join(f"`{network}` in {word(family)}" for family, network in ways.items())
        span = context.document.places.key("guests", guest.name, "nics")
        message = f"the default route of guest `{guest.name}` is on {place}, but the spec does not say so"
        hint = f"write `{chosen[0]}: {{gateway: true}}`, or write it for another NIC"
        yield Diagnostic(RULE, message, span, hint, subject=f"guest/{guest.name}")
