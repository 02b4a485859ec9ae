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
    "No network overlaps a network, or an uplink's own link, of another host.",
    "An address then means two things: no route between the hosts can tell them apart, an entry for one prefix is "
    "enforced on both, and what looks like the site's own is not translated on its way out.",
    "Give one of the two another prefix; waive it where both are meant to be the same and never meet.",
    bad="networks:\n  one: {ipv4: 10.0.0.1/24}\n  two: {ipv4: 10.0.0.1/24}\n"
    "hosts:\n  hv1: {networks: {one: {}}}\n  hv2: {networks: {two: {}}}\n",
    good="networks:\n  one: {ipv4: 10.0.0.1/24}\n  two: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {one: {}}}\n  hv2: {networks: {two: {}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare all links; TL402 and TL404 compare those of one host."""
    for inner, outer in nested(claim.item for claim in on_link_prefixes(context)):
        apart = inner.host != outer.host or not inner.host
        if apart and not (inner.uplink and outer.uplink):
            yield overlap(RULE, inner, outer, "give one of the two another prefix")
