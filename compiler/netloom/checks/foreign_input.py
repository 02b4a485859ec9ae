"""NL803: what a host's own firewall has to let in."""

from collections.abc import Iterator

from netloom.base.diagnostic import Diagnostic
from netloom.base.rule import Rule, Severity
from netloom.checks.context import Context
from netloom.checks.exposure import written
from netloom.plan.host import Host, Input
from netloom.plan.policy import Action, SideKind

RULE = Rule(
    "NL803",
    "foreign-input",
    Severity.NOTE,
    "A host whose own firewall filters its input lets in what the spec relies on.",
    "With `input: foreign` netloom adds nothing to the host's input; where its firewall drops DHCP or DNS of guests, "
    "guests start without a network.",
    "Let in what the note lists; the NixOS module opens DHCP and DNS of guests by itself.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, dhcp: true}\nhosts:\n  hv1: {input: foreign, networks: {lan: {}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {input: foreign, networks: {lan: {}}}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """List the services of the host that guests or policy rely on."""
    for host in context.plan.hosts:
        wanted = sorted(set(_wanted(host))) if host.input is Input.FOREIGN else []
        if wanted:
            span = context.document.places.span("hosts", host.name, "input")
            some = ", ".join(wanted[:6]) + (f" and {len(wanted) - 6} more" if len(wanted) > 6 else "")
            message = f"the firewall of host `{host.name}` has to let in {some}"
            yield Diagnostic(RULE, message, span, "nothing to do if it does", subject=f"host/{host.name}")


def _wanted(host: Host) -> Iterator[str]:
    for bridge in host.bridges:
        if bridge.dhcp:
            yield f"udp/67 on `{bridge.device}`"
        if bridge.ra:
            yield f"icmpv6/router-solicitation on `{bridge.device}`"
        if bridge.serves_dns:
            yield f"dns on `{bridge.device}`"
    for term in host.terms:
        if term.egress.kind is SideKind.SELF and term.action is Action.ALLOW:
            rule = term.rule.removeprefix("policy/")
            yield from (f"{written(service)} (`{rule}`)" for service in term.services)
            yield from (f"everything (`{rule}`)" for _ in (() if term.services else (1,)))
