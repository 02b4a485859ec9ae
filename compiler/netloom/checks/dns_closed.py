"""NL804: a resolver that guests are told and cannot ask."""

from collections.abc import Iterator

from netloom.base.address import Address
from netloom.base.diagnostic import Diagnostic
from netloom.base.rule import Rule, Severity
from netloom.checks.context import Context
from netloom.checks.exposure import meets
from netloom.checks.families import half, word
from netloom.plan.host import Bridge, Host, Input
from netloom.plan.policy import Action, Service, SideKind, Term

RULE = Rule(
    "NL804",
    "resolver-out-of-reach",
    Severity.WARNING,
    "Guests may ask the resolvers that their network names.",
    "Every name that a guest looks up waits for an answer that the ruleset drops.",
    "Write `host` where the host itself answers; else allow `dns` from the network to the resolver.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, dns: [10.0.0.1]}\nhosts:\n  hv1: {networks: {lan: {}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, dns: [host]}\nhosts:\n  hv1: {networks: {lan: {}}}\n",
)
DNS = Service("udp", 53, 53)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for a way from every network to each of its resolvers."""
    for host in () if context.broken("policy", "hosts") else context.plan.hosts:
        asking = [bridge for bridge in host.bridges if bridge.dns]
        allows = _allows(host) if asking else {}
        for bridge in asking:
            for address in bridge.dns:
                if not _reached(host, bridge, address, allows.get(bridge.network, [])):
                    yield _finding(context, bridge, address)


def _allows(host: Host) -> dict[str, list[Term]]:
    """What lets guests of each network ask somebody."""
    found: dict[str, list[Term]] = {}
    for term in host.terms:
        inner = term.ingress.kind is SideKind.BRIDGE and term.action is Action.ALLOW
        if inner and (not term.services or any(meets(service, DNS) for service in term.services)):
            found.setdefault(term.ingress.name, []).append(term)
    return found


def _reached(host: Host, bridge: Bridge, address: Address, allows: list[Term]) -> bool:
    own = half(bridge, address.family)
    if any(i and i.address == address for b in host.bridges for i in (half(b, address.family),)):
        opened = any(term.egress.kind is SideKind.SELF for term in allows)
        return bridge.serves_dns or opened or host.input is Input.FOREIGN
    if own is not None and address in own.prefix and not bridge.isolated:
        return True
    return any(any(address in prefix for prefix in term.destinations) for term in allows)


def _finding(context: Context, bridge: Bridge, address: Address) -> Diagnostic:
    own = half(bridge, address.family)
    span = context.document.places.item(str(address), "networks", bridge.network, "dns")
    message = f"guests of network `{bridge.network}` cannot ask their resolver {address}"
    if own is None:
        message = f"guests of network `{bridge.network}` have no {word(address.family)} to ask their resolver {address}"
        hint = f"name one of the other family, or give the network `{address.family.key}`"
    elif own.address == address:
        hint = "write `host`, which opens the host's input too"
    else:
        hint = f"allow `dns` from `{bridge.network}` to it"
    return Diagnostic(RULE, message, span, hint, subject=f"network/{bridge.network}")
