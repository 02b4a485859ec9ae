"""TL618: `from: any`, which does not cover guests whose packets arrive with the address of the guests' host."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.arriving import arrivals, arriving_entries, finding
from taploom.checks.context import Context

RULE = DiagnosticRule(
    "TL618",
    "translated-anybody",
    Severity.NOTE,
    "`from: any` also covers the guests of other hosts.",
    "As a sender, `any` selects everyone except the site's hosts. If `nat` translates guests on the way to another "
    "host, their packets arrive with the address of their own host, so `any` does not cover them there.",
    "Give the other host a route back to the guests' network, so that they are not translated, or add `hosts` to "
    "`from`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, nat: true}\n  dmz: {ipv4: 10.1.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: 192.0.2.1/24}}, networks: {lan: {}}}\n"
    "  hv2: {uplinks: {eth0: {zone: internet, ipv4: 192.0.2.2/24}}, networks: {dmz: {}}}\n"
    "policy:\n  admin: {from: any, to: hosts, allow: ping}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, nat: true}\n  dmz: {ipv4: 10.1.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: 192.0.2.1/24}}, networks: {lan: {}}}\n"
    "  hv2: {uplinks: {eth0: {zone: internet, ipv4: 192.0.2.2/24}}, networks: {dmz: {}}}\n"
    "policy:\n  admin: {from: [any, hosts], to: hosts, allow: ping}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for entries from `any`; each is reported with the first guests that it does not cover."""
    for entry in arriving_entries(context):
        found = next(arrivals(context, entry), None) if entry.sources.everyone else None
        if found is not None:
            yield finding(context, RULE, entry, found)
