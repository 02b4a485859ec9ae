"""TL707: a `deny` with prefixes of one family in `from` or `to`, although the other key selects both families."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import other, word
from taploom.checks.one_family_ends import one_family_ends

RULE = DiagnosticRule(
    "TL707",
    "one-family-deny",
    Severity.WARNING,
    "If `from` or `to` of a `deny` lists only prefixes, and the other key selects both families, the prefixes are of "
    "both families.",
    "A sender that is denied over IPv4 only can still come in over IPv6.",
    "Add the prefixes of the other family, or waive the finding if there are none.",
    bad="addresses:\n  bots: 198.51.100.0/24\n"
    "networks:\n  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd12:3456:789a::1/64'}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}, networks: {lan: {}}}\n"
    "policy:\n  no-bots: {from: bots, to: lan, deny: any}\n",
    good="addresses:\n  bots: [198.51.100.0/24, '2001:db8:b::/48']\n"
    "networks:\n  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd12:3456:789a::1/64'}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}, networks: {lan: {}}}\n"
    "policy:\n  no-bots: {from: bots, to: lan, deny: any}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report denies with prefixes of only one family in `from` or `to`."""
    for found in one_family_ends(context, deny=True):
        lacking = word(other(found.family))
        span = context.document.places.span("policy", found.name, found.key)
        message = f"`{found.name}` denies {word(found.family)} only: `{found.key}` names no {lacking} prefix"
        hint = f"add the {lacking} prefixes of the same machines, whose {lacking} traffic this entry does not deny"
        yield Diagnostic(RULE, message, span, hint, subject=f"policy/{found.name}")
