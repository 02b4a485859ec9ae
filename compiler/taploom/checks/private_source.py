"""TL611: a network whose private addresses may reach the internet untranslated."""

from collections.abc import Iterator

from taploom.base.address import Family
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.exposure import open_zones
from taploom.checks.families import carries
from taploom.passes.sides import PRIVATE
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, outside
from taploom.plan.policy import Action, SideKind, Term

RULE = DiagnosticRule(
    "TL611",
    "private-without-nat",
    Severity.NOTE,
    "If policy lets a network of private addresses reach the internet, `nat` translates these addresses.",
    "Nobody outside can answer to a private address (RFC 1918, RFC 4193), unless a router further out translates it or "
    "has a route back.",
    "Write `nat: true` in the network, unless another router translates its addresses.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "policy:\n  out: {from: lan, to: internet, allow: https}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, nat: true}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "policy:\n  out: {from: lan, to: internet, allow: https}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for allows from private networks to zones that lead to everybody; report each network and family once."""
    for host in context.plan.hosts:
        bare = _untranslated(host)
        zones = open_zones(host)
        for term in host.terms if bare else ():
            key = (term.ingress.name, term.family)
            if term.ingress.kind is SideKind.BRIDGE and key in bare and _outwards(term, zones):
                bare.discard(key)
                yield _finding(context, term)


def _untranslated(host: Host) -> set[tuple[str, Family]]:
    translated = {(entry.network, entry.family) for entry in host.nat}
    own = [(here.network, family, here.own(family)) for here in inside(host) for family in Family]
    ways = {family for family in Family if any(carries(uplink, family) for uplink in outside(host))}
    private = {
        (n, family) for n, family, i in own if i is not None and family in ways and any(i.address in p for p in PRIVATE)
    }
    return private - translated


def _outwards(term: Term, zones: frozenset[str]) -> bool:
    whole = any(prefix.length == 0 for prefix in term.destinations)
    outer = term.egress.kind is SideKind.OUTSIDE and term.egress.name in zones
    return term.action is Action.ALLOW and outer and whole


def _finding(context: Context, term: Term) -> Diagnostic:
    places, network = context.document.places, term.ingress.name
    entry = term.entry.removeprefix("policy/")
    message = f"private addresses of network `{network}` go to `{term.egress.name}` untranslated"
    label = Label(places.key("policy", entry), f"`{entry}` lets them out")
    span = places.span("networks", network, term.family.key)
    return Diagnostic(RULE, message, span, "write `nat: true`", (label,), subject=f"network/{network}")
