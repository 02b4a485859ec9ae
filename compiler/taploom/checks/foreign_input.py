"""TL803: services that a host's own firewall has to let in."""

from collections.abc import Iterator

from taploom.base.diagnostic import Diagnostic
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.exposure import written
from taploom.plan.host import Host, Input
from taploom.plan.interfaces import inside, outside
from taploom.plan.policy import Action, Side, SideKind

RULE = DiagnosticRule(
    "TL803",
    "foreign-input",
    Severity.NOTE,
    "If a host's own firewall filters its input, that firewall admits the services that the spec relies on.",
    "With `input: foreign` taploom adds no rules for the host's input. If the host's own firewall drops DHCP or DNS of "
    "guests, the guests start without a network.",
    "Open the services that the note lists. The NixOS module opens DHCP and DNS of guests by itself.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, dhcp: true}\nhosts:\n  hv1: {input: foreign, networks: {lan: {}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {input: foreign, networks: {lan: {}}}\n",
)

SHOWN = 6
"""Maximum number of services in the message; the notes list all."""


def check(context: Context) -> Iterator[Diagnostic]:
    """List the services of the host that guests or policy rely on, each with the interfaces at which it is used."""
    for host in context.plan.hosts:
        wanted = sorted({*_served(host), *_allowed(host)}) if host.input is Input.FOREIGN else []
        if wanted:
            span = context.document.places.span("hosts", host.name, "input")
            words = list(dict.fromkeys(what for what, _ in wanted))
            some = ", ".join(words[:SHOWN]) + (f" and {len(words) - SHOWN} more" if len(words) > SHOWN else "")
            message = f"the firewall of host `{host.name}` has to let in {some}"
            notes = tuple(f"open: {what} {where}" for what, where in wanted)
            yield Diagnostic(
                RULE, message, span, "nothing to do if it already does", notes=notes, subject=f"host/{host.name}"
            )


def _served(host: Host) -> Iterator[tuple[str, str]]:
    for here in inside(host):
        if here.dhcp:
            yield "udp/67", f"on `{here.device}`"
        if here.ra:
            yield "icmpv6/router-solicitation", f"on `{here.device}`"
        if here.serves_dns:
            yield "dns", f"on `{here.device}`"


def _allowed(host: Host) -> Iterator[tuple[str, str]]:
    """The host's services that policy allows, each with its interfaces and the entry that names the senders."""
    found: dict[tuple[str, str], set[str]] = {}
    for term in host.terms:
        if term.egress.kind is SideKind.SELF and term.action is Action.ALLOW:
            for what in [written(service) for service in term.services] or ["everything"]:
                found.setdefault((what, term.entry), set()).update(_interfaces(host, term.ingress))
    for (what, entry), interfaces in found.items():
        named = ", ".join(sorted(interfaces))
        yield what, f"on {named} from the senders of `{entry}`"


def _interfaces(host: Host, side: Side) -> Iterator[str]:
    if side.kind is SideKind.BRIDGE:
        return (f"`{here.device}`" for here in inside(host) if here.network == side.name)
    if side.kind is SideKind.OTHER:
        return iter(("interfaces that the spec does not name",))
    return (f"`{uplink.device}`" for uplink in outside(host) if uplink.zone == side.name)
