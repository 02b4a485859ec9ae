"""TL506: a guest's TAP that the pattern of its network does not match."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.globs import matches

RULE = DiagnosticRule(
    "TL506",
    "tap-outside-pattern",
    Severity.NOTE,
    "The TAPs of a network's guests match the `taps` patterns of the network on its host.",
    "taploom attaches the TAP by its full name, so the guest works. But each such guest changes a unit of the host, "
    "which a pattern would avoid.",
    "Rename the TAP so that a pattern matches it, let taploom choose the name, or add a pattern.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {taps: vm-*}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {tap: web0}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {taps: vm-*}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {tap: vm-web}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Match the TAPs of each bridge against the patterns of its network."""
    places = context.document.places
    for host in context.plan.hosts:
        attachments = context.document.hosts[host.name].networks
        for bridge in host.bridges:
            patterns = attachments[bridge.network].taps
            for port in bridge.ports if patterns else ():
                if any(matches(port.tap, pattern) for pattern in patterns):
                    continue
                span = places.span("guests", port.guest, "nics", bridge.network, "tap")
                there = places.span("hosts", host.name, "networks", bridge.network, "taps")
                message = f"TAP `{port.tap}` of guest `{port.guest}` matches no pattern of network `{bridge.network}`"
                hint = "taploom attaches it by its full name; rename it to match a pattern, or add a pattern"
                label = Label(there, "the patterns")
                yield Diagnostic(RULE, message, span, hint, (label,), subject=f"guest/{port.guest}")
