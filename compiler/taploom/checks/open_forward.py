"""TL615: a forward without `from` that everybody can use."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.admin_forward import to_everybody
from taploom.checks.context import Context
from taploom.checks.exposure import admin_service, open_zones

RULE = DiagnosticRule(
    "TL615",
    "forward-open-unsaid",
    Severity.NOTE,
    "A forward that everybody on the internet can use has `from: any`.",
    "Most forwards are meant to be open, and a forward that is open by mistake looks the same.",
    "Write `from: any` if everybody is meant. Otherwise write the senders that are meant in `from`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {}}}\n"
    "forwards:\n  web: {on: hv1, ports: https, to: web}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {}}}\n"
    "forwards:\n  web: {on: hv1, ports: https, to: web, from: any}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at forwards without `from`; TL604 reports forwards of administrative ports."""
    places = context.document.places
    for host in context.plan.hosts:
        zones = open_zones(host)
        reported: set[str] = set()
        for dnat_entry in host.dnat_entries:
            name = dnat_entry.forward.removeprefix("forward/")
            if name in reported or not to_everybody(host, dnat_entry, zones) or places.node("forwards", name, "from"):
                continue
            reported.add(name)
            if not admin_service((dnat_entry.inside,)):
                message = f"forward `{name}` lets everybody reach guest `{dnat_entry.guest}`, but has no `from`"
                help_ = "write `from: any`, or the senders that may use it"
                yield Diagnostic(RULE, message, places.key("forwards", name), help_, subject=dnat_entry.forward)
