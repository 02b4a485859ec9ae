"""TL404: two uplinks of one host on one link."""

from collections.abc import Iterator

from taploom.base.address import Prefix
from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.claims import OnLinkPrefix, on_link_prefixes, overlap
from taploom.checks.context import Context
from taploom.checks.nesting import nested

RULE = DiagnosticRule(
    "TL404",
    "uplinks-on-one-link",
    Severity.WARNING,
    "No two uplinks of a host have overlapping prefixes.",
    "Linux uses the route that it finds first, so a reply can leave through another uplink than the one on which the "
    "request arrived; reverse-path checks and switches drop it.",
    "Give each uplink a link of its own. To use two cards on one link, join them as a bond outside of taploom.",
    bad="hosts:\n  hv1:\n    uplinks:\n      eth0: {zone: office, ipv4: 192.0.2.10/24}\n"
    "      eth1: {zone: office, ipv4: 192.0.2.11/24}\n",
    good="hosts:\n  hv1:\n    uplinks:\n      eth0: {zone: office, ipv4: 192.0.2.10/24}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the uplinks of each host."""
    by_host: dict[str, list[tuple[Prefix, OnLinkPrefix]]] = {}
    for claim in on_link_prefixes(context):
        if claim.uplink:
            by_host.setdefault(claim.host, []).append(claim.item)
    for found in by_host.values():
        for inner, outer in nested(found):
            yield overlap(RULE, inner, outer, "keep one of the two, or give it another link")
