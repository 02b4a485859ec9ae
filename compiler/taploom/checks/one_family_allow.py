"""TL709: an `allow` with prefixes of one family in `from` or `to`, although the other key selects both families."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import other, word
from taploom.checks.one_family_ends import one_family_ends

RULE = DiagnosticRule(
    "TL709",
    "one-family-allow",
    Severity.NOTE,
    "If `from` or `to` of an `allow` lists only prefixes, and the other key selects both families, the prefixes are of "
    "both families.",
    "A client with both families tries IPv6 first, and waits until that fails.",
    "Add the prefixes of the other family, if there are any.",
    bad="addresses:\n  office: 198.51.100.0/24\n"
    "networks:\n  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd12:3456:789a::1/64'}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}, networks: {lan: {}}}\n"
    "policy:\n  web: {from: office, to: lan, allow: https}\n",
    good="addresses:\n  office: [198.51.100.0/24, '2001:db8:f::/48']\n"
    "networks:\n  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd12:3456:789a::1/64'}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}, networks: {lan: {}}}\n"
    "policy:\n  web: {from: office, to: lan, allow: https}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report allows with prefixes of only one family in `from` or `to`."""
    for found in one_family_ends(context, deny=False):
        lacking = word(other(found.family))
        span = context.document.places.span("policy", found.name, found.key)
        message = f"`{found.name}` allows {word(found.family)} only: `{found.key}` names no {lacking} prefix"
        yield Diagnostic(RULE, message, span, f"add the {lacking} prefixes, if any", subject=f"policy/{found.name}")
