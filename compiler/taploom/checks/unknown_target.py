"""TL612: a forward to a guest whose IPv4 address comes from the DHCP pool, and so is not known."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import word
from taploom.checks.twins import missing_twins
from taploom.plan.guest import Mode

RULE = DiagnosticRule(
    "TL612",
    "forward-to-unknown-address",
    Severity.WARNING,
    "The guest of a forward has a known address in each of its families.",
    "An address from the DHCP pool may change, so taploom writes the forward only for the other family.",
    "Write `ipv4: auto` or an address in the guest's NIC: DHCP then reserves it.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd12:3456:789a::1/64', dhcp: true}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}, networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {ipv4: dhcp}}}\n"
    "forwards:\n  web: {on: hv1, ports: tcp/443, to: web}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd12:3456:789a::1/64', dhcp: true}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}, networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {ipv4: auto}}}\n"
    "forwards:\n  web: {on: hv1, ports: tcp/443, to: web}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Report the forwards that lack a family because the guest's address is not known."""
    places = context.document.places
    for missing in missing_twins(context):
        if missing.mode is not Mode.DHCP:
            continue
        name, guest = missing.forward.name, missing.forward.guest
        message = f"forward `{name}` does not work over {word(missing.family)}: the address of `{guest}` is not known"
        label = Label(places.span("guests", guest, "nics", missing.network, missing.family.key), "from the pool")
        hint = f"write `{missing.family.key}: auto` in the guest's NIC"
        yield Diagnostic(RULE, message, places.span("forwards", name, "to"), hint, (label,), subject=f"forward/{name}")
