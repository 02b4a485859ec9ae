"""TL624: a network whose IPv4 or IPv6 traffic policy lets out, although no uplink of its host carries that family."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES, Family
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.families import carries, word
from taploom.plan.host import Host
from taploom.plan.interfaces import HostInterface, inside, outside
from taploom.plan.policy import Action, SideKind, Term

RULE = DiagnosticRule(
    "TL624",
    "family-without-way-out",
    Severity.NOTE,
    "If policy lets IPv4 or IPv6 traffic of a network out, an uplink of the network's host has that family.",
    "Guests that prefer IPv6 try it first, and wait for answers that never come.",
    "Give the uplink an address of the family (`ipv6: ra`), or remove the family from the network. Waive the finding "
    "if the family is only for traffic between the site's guests.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd12:3456:789a::1/64', nat: true}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "policy:\n  out: {from: lan, to: internet, allow: https}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd12:3456:789a::1/64', nat: true}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}, networks: {lan: {}}}\n"
    "policy:\n  out: {from: lan, to: internet, allow: https}\n",
)


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for allows from a bridge to all addresses of a family that no uplink carries; report each bridge once."""
    translated, doubled = {n.name for n in context.plan.networks if n.nat4 or n.nat6}, context.doubled()
    for host in context.plan.hosts:
        lacking = [family for family in FAMILIES if not any(carries(uplink, family) for uplink in outside(host))]
        if not lacking or not outside(host) or context.torn(host.name):
            continue
        untranslated = translated - {entry.network for entry in host.nat}  # TL607 reports `nat` without any effect
        outwards: dict[tuple[str, Family], Term] = {}
        for term in host.terms:
            if term.family in lacking and _to_everywhere(term):
                outwards.setdefault((term.ingress.name, term.family), term)
        for here in inside(host):
            for family in lacking if here.network not in untranslated | doubled else ():
                found = outwards.get((here.network, family))
                if found and here.own(family) is not None:
                    yield _finding(context, host, here, found)


def _to_everywhere(term: Term) -> bool:
    ends = (term.ingress.kind, term.egress.kind) == (SideKind.BRIDGE, SideKind.OUTSIDE)
    allows = term.action is Action.ALLOW and term.entry.startswith("policy/")
    return ends and allows and any(prefix.length == 0 for prefix in term.destinations)


def _finding(context: Context, host: Host, here: HostInterface, term: Term) -> Diagnostic:
    places, family = context.document.places, term.family
    span = places.span("networks", here.network, family.key)
    label = Label(places.key("policy", term.entry.removeprefix("policy/")), f"this entry lets {word(family)} out")
    named = word(family)
    message = f"{named} of network `{here.network}` has no way out: no uplink of host `{host.name}` has {named}"
    learned = "ipv6: ra" if family is Family.IPV6 else "ipv4: dhcp"
    hint = f"add `{learned}` or an address to an uplink, or drop `{family.key}` here"
    return Diagnostic(RULE, message, span, hint, (label,), subject=f"network/{here.network}")
