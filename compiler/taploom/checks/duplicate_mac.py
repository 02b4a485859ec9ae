"""TL414: one MAC at two NICs."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.base.span import Span
from taploom.checks.context import Context

RULE = DiagnosticRule(
    "TL414",
    "duplicate-mac",
    Severity.ERROR,
    "Every NIC of the site has a MAC of its own.",
    "A bridge sends frames for either NIC to the NIC that sent last, DHCP gives both NICs one lease, and a guest with "
    "two such NICs cannot tell them apart.",
    "Change one of the two, or leave it to the lock with `auto`.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\nguests:\n"
    '  a: {host: hv1, nics: {lan: {mac: "02:00:00:00:00:10"}}}\n'
    '  b: {host: hv1, nics: {lan: {mac: "02:00:00:00:00:10"}}}\n',
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\nguests:\n"
    '  a: {host: hv1, nics: {lan: {mac: "02:00:00:00:00:10"}}}\n'
    '  b: {host: hv1, nics: {lan: {mac: "02:00:00:00:00:11"}}}\n',
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Compare the MACs of all NICs. A zero MAC was not allocated; another finding reports that."""
    first: dict[int, tuple[str, str]] = {}
    for guest in context.plan.guests:
        for nic in guest.nics:
            here = (guest.name, nic.network)
            there = first.setdefault(nic.mac.value, here)
            if there != here and nic.mac.value:
                alone = guest.name == there[0]
                message = f"{_named(*here, alone)} has the same MAC `{nic.mac}` as {_named(*there, alone)}"
                label = Label(_span(context, *there), f"{_named(*there, alone)} has it")
                again = context.locked(*here, "mac") or context.locked(*there, "mac")
                hint = f"write another one, or {again}" if again else "change one of the two, or write `auto`"
                yield Diagnostic(RULE, message, _span(context, *here), hint, (label,), subject=f"guest/{guest.name}")


def _named(guest: str, network: str, alone: bool) -> str:
    """The text for a NIC: its guest, and its network if both NICs with the MAC belong to this guest alone."""
    return f"NIC `{network}` of guest `{guest}`" if alone else f"guest `{guest}`"


def _span(context: Context, guest: str, network: str) -> Span:
    return context.document.places.span("guests", guest, "nics", network, "mac")
