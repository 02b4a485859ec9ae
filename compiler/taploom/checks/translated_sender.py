"""TL617: an entry for senders whose packets arrive with a translated source address."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.arriving import arrivals, arriving_entries, finding
from taploom.checks.context import Context

RULE = DiagnosticRule(
    "TL617",
    "translated-sender",
    Severity.WARNING,
    "Packets of the senders in `from` still have the senders' own addresses when they reach the host that enforces the "
    "entry.",
    "If `nat` translates the senders on the way to another host of the site, their packets arrive there with the "
    "translated address: an `allow` or a forward does not admit them, and a `deny` does not keep them out.",
    "Give the other host a route back to the senders' network, so that they are not translated, or add their host, or "
    "the prefix in `nat`, to `from`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, nat: true}\n  dmz: {ipv4: 10.1.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: 192.0.2.1/24}}, networks: {lan: {}}}\n"
    "  hv2: {uplinks: {eth0: {zone: internet, ipv4: 192.0.2.2/24}}, networks: {dmz: {}}}\n"
    "policy:\n  admin: {from: lan, to: host/hv2, allow: ssh}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, nat: true}\n  dmz: {ipv4: 10.1.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: 192.0.2.1/24}}, networks: {lan: {}}}\n"
    "  hv2:\n    uplinks: {eth0: {zone: internet, ipv4: 192.0.2.2/24}}\n    networks: {dmz: {}}\n"
    "    routes: {lan: {to: 10.0.0.0/24, via: 192.0.2.1}}\n"
    "policy:\n  admin: {from: lan, to: host/hv2, allow: ssh}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for entries that name networks, guests or prefixes; report each with the first uncovered sender."""
    for entry in arriving_entries(context):
        found = None if entry.sources.everyone else next(arrivals(context, entry), None)
        if found is not None:
            yield finding(context, RULE, entry, found)
