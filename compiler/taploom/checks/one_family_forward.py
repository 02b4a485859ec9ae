"""TL606: a forward that works in one family only."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import word
from taploom.checks.twins import missing_twins
from taploom.plan.guest import Mode

RULE = DiagnosticRule(
    "TL606",
    "one-family-forward",
    Severity.NOTE,
    "If the uplink of a forward and the guest's network have both families, the forward works in both.",
    "A client that tries the missing family first waits for a connection that never opens.",
    "Give the guest an address of the other family, or add prefixes of that family to `from`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd12:3456:789a::1/64'}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}, networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {ipv6: none}}}\n"
    "forwards:\n  web: {on: hv1, ports: tcp/443, to: web}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd12:3456:789a::1/64'}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}, networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {}}}\n"
    "forwards:\n  web: {on: hv1, ports: tcp/443, to: web}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report a family that is missing because the spec leaves it out; TL612 reports unknown addresses."""
    for missing in missing_twins(context):
        name, family = missing.forward.name, word(missing.family)
        if missing.mode is Mode.DHCP:
            continue
        if missing.mode is Mode.NONE:
            why, key = f"guest `{missing.forward.guest}` has no {family} address", "to"
            hint = f"give the guest an `{missing.family.key}`, if clients should reach it over {family}"
        else:
            why, key = f"`from` names no {family} prefix", "from"
            hint = f"add the {family} prefixes of the same senders, if they have any"
        span = context.document.places.span("forwards", name, key)
        message = f"forward `{name}` does not work over {family}: {why}"
        yield Diagnostic(RULE, message, span, hint, subject=f"forward/{name}")
