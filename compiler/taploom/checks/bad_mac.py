"""TL413: a MAC that no NIC can have."""

from collections.abc import Iterator

from taploom.base.address import Mac
from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context

RULE = DiagnosticRule(
    "TL413",
    "unusable-mac",
    Severity.ERROR,
    "The MAC of a NIC is neither a group address nor zero.",
    "Bridges drop frames from such a sender, and the kernel refuses the address (`is_valid_ether_addr`).",
    "Clear the lowest bit of the first byte, or leave the MAC to the lock.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\n"
    'guests:\n  web: {host: hv1, nics: {lan: {mac: "03:00:00:00:00:10"}}}\n',
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\n"
    'guests:\n  web: {host: hv1, nics: {lan: {mac: "02:00:00:00:00:10"}}}\n',
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look at the MACs of the spec; the MACs of the lock are checked when the lock is read."""
    for name, guest in sorted(context.document.guests.items()):
        for network, nic in sorted(guest.nics.items()):
            if isinstance(nic.mac, Mac) and (nic.mac.multicast or nic.mac.value == 0):
                why = "is a group address" if nic.mac.multicast else "is all zeros"
                span = context.document.places.span("guests", name, "nics", network, "mac")
                hint = "make the first byte `02`, or write `auto`"
                message = f"guest `{name}` cannot have MAC `{nic.mac}`: it {why}"
                yield Diagnostic(RULE, message, span, hint, subject=f"guest/{name}")
