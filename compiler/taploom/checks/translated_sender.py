"""TL617: an entry for senders that arrive with an address of their host instead of their own."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.arriving import arrivals, arriving_entries, finding
from taploom.checks.context import Context

RULE = DiagnosticRule(
    "TL617",
    "translated-sender",
    Severity.WARNING,
    "Senders that `from` names come with addresses of their own to the host that enforces the entry.",
    "Where `nat` translates them on the way to another host of the site, they come with an address of their own host: "
    "an `allow` and a forward do not let them in, a `deny` does not keep them out.",
    "Give the other host a route back to their network, so that they are not translated, or name their host, too.",
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
    """Look for entries that name networks, guests or prefixes; report each with the first sender it misses."""
    for entry in arriving_entries(context):
        found = None if entry.sources.everyone else next(arrivals(context, entry), None)
        if found is not None:
            yield finding(context, RULE, entry, found)
