"""TL720: a `deny` of a service that exists in one family only, without its counterpart in the other."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.one_family_services import findings

RULE = DiagnosticRule(
    "TL720",
    "one-family-service-denied",
    Severity.WARNING,
    "A `deny` of a service that only one family has, such as `icmp`, also names its counterpart in the other family, "
    "if `from` and `to` both have both families.",
    "ICMP belongs to IPv4, and ICMPv6 belongs to IPv6. A sender that must not ping over IPv4 can still ping over IPv6, "
    "or the reverse.",
    "Write `[icmp, icmpv6]`, or `ping` if only echo requests are meant.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd12:3456:789a::1/64'}\n"
    "  dmz: {ipv4: 10.0.1.1/24, ipv6: 'fd12:3456:789a:1::1/64'}\nhosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "policy:\n  between: {from: lan, to: dmz, allow: any}\n  no-ping: {from: lan, to: dmz, deny: icmp}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd12:3456:789a::1/64'}\n"
    "  dmz: {ipv4: 10.0.1.1/24, ipv6: 'fd12:3456:789a:1::1/64'}\nhosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "policy:\n  between: {from: lan, to: dmz, allow: any}\n  no-ping: {from: lan, to: dmz, deny: ping}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report denies of a service that only one family has."""
    yield from findings(context, RULE, deny=True)
