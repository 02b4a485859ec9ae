"""TL403: a prefix that is in use on two hosts."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.claims import on_link_prefixes, overlap
from taploom.checks.context import Context
from taploom.checks.nesting import nested

RULE = DiagnosticRule(
    "TL403",
    "prefix-on-two-hosts",
    Severity.WARNING,
    "No network overlaps a network or the link of an uplink on another host.",
    "An address is then ambiguous: no route between the hosts can tell the prefixes apart, both hosts enforce an entry "
    "for one of the networks, and `nat` does not translate packets to the prefix, since it belongs to the site.",
    "Give one of the two another prefix. Waive the finding if both are the same on purpose and never connected.",
    bad="networks:\n  one: {ipv4: 10.0.0.1/24}\n  two: {ipv4: 10.0.0.1/24}\n"
    "hosts:\n  hv1: {networks: {one: {}}}\n  hv2: {networks: {two: {}}}\n",
    good="networks:\n  one: {ipv4: 10.0.0.1/24}\n  two: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {one: {}}}\n  hv2: {networks: {two: {}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the links of different hosts; TL402 and TL404 compare the links of one host."""
    for inner, outer in nested(claim.item for claim in on_link_prefixes(context)):
        apart = inner.host != outer.host or not inner.host
        if apart and not (inner.uplink and outer.uplink):
            yield overlap(RULE, inner, outer, "give one of the two another prefix")
