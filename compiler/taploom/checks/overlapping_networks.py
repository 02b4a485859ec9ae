"""TL402: two links of one host with overlapping prefixes."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.claims import OnLinkPrefix, on_link_prefixes, overlap
from taploom.checks.context import Context
from taploom.checks.nesting import nested

RULE = DiagnosticRule(
    "TL402",
    "overlapping-networks",
    Severity.ERROR,
    "No network of a host overlaps another network, or an uplink's own link, of the same host.",
    "The host has two routes to the same addresses, so replies to guests of one network go to the other.",
    "Give one of the two another prefix.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.0.129/25}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.129/25}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the links of each host; TL404 compares uplinks with each other.

    The single address (/32, /128) of an uplink, as on rented servers, is left out: it puts no prefix on the link.
    """
    by_host: dict[str, list[OnLinkPrefix]] = {}
    for claim in on_link_prefixes(context):
        if claim.host and not claim.single:
            by_host.setdefault(claim.host, []).append(claim)
    for found in by_host.values():
        for inner, outer in nested(claim.item for claim in found):
            if not (inner.uplink and outer.uplink):
                yield overlap(RULE, inner, outer, "give one of the two another prefix")
