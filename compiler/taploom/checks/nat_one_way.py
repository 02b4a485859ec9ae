"""TL623: a network that is translated towards a zone which reaches its guests at their own addresses."""

from collections.abc import Iterator

from taploom.base.address import Family, Prefix
from taploom.base.diagnostic import Diagnostic, Label
from taploom.base.diagnostic_rule import DiagnosticRule, Severity
from taploom.checks.context import Context
from taploom.checks.exposure import open_zones
from taploom.checks.families import fixed
from taploom.checks.intervals import Intervals
from taploom.checks.nesting import nested
from taploom.plan.host import Host
from taploom.plan.interfaces import outside
from taploom.plan.policy import Action, SideKind

RULE = DiagnosticRule(
    "TL623",
    "translated-one-way",
    Severity.NOTE,
    "A zone that may reach guests at their own addresses also receives the guests' packets from these addresses.",
    "`nat` translates at every uplink of the host; an exception for an uplink is not supported yet. Packets that "
    "guests send over a leased line to another office arrive there with the host's address, so the logs and filters of "
    "that office cannot tell the guests apart.",
    "Put the guests that machines in the zone contact into a network of their own without `nat`. Waive the finding if "
    "these machines need not tell the guests apart.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, nat: true}\nhosts:\n  hv1:\n"
    "    uplinks: {eno1: {zone: internet, ipv4: dhcp}, eno2: {zone: line, ipv4: 10.99.0.1/30}}\n    networks: {lan: "
    "{}}\npolicy:\n  out: {from: lan, to: [internet, line], allow: any}\n  in: {from: line, to: lan, allow: https}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1:\n"
    "    uplinks: {eno1: {zone: internet, ipv4: dhcp}, eno2: {zone: line, ipv4: 10.99.0.1/30}}\n    networks: {lan: "
    "{}}\npolicy:\n  out: {from: lan, to: line, allow: any}\n  in: {from: line, to: lan, allow: https}\n",
)
_Translation = tuple[str, str, Family]
"""A network, the zone towards which it is translated, and the family."""


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for allows in both directions between a network and a zone, if `nat` translates one of the directions."""
    for host in context.plan.hosts:
        translated = _translated(host) if host.nat and not context.torn(host.name) else set()
        reported: set[tuple[str, str]] = set()
        for translation, (inwards, outwards) in sorted(_allowed(host, translated).items()):
            beyond = Intervals.of((*_ends(prefix), translation[1]) for prefix in _beyond(host, translation))
            pair = _meeting(inwards, outwards, beyond)
            if pair and translation[:2] not in reported:  # one finding for both families
                reported.add(translation[:2])
                yield _finding(context, translation, *pair)


def _translated(host: Host) -> set[_Translation]:
    """The translations of a host, except those towards zones that lead to everybody.

    Senders in such a zone cannot reach the network's own addresses anyway.
    """
    zones, everybody = {uplink.device: uplink.zone for uplink in outside(host)}, open_zones(host)
    translations = ((entry.network, zones[entry.uplink], entry.family) for entry in host.nat)
    return {translation for translation in translations if translation[1] not in everybody}


def _allowed(
    host: Host, translations: set[_Translation]
) -> dict[_Translation, tuple[dict[Prefix, str], dict[Prefix, str]]]:
    """Map each translation to the sources of allows towards the network and the destinations of allows from it."""
    found: dict[_Translation, tuple[dict[Prefix, str], dict[Prefix, str]]] = {
        translation: ({}, {}) for translation in translations
    }
    for term in host.terms if translations else ():
        inwards = term.egress.kind is SideKind.BRIDGE
        network, zone = (term.egress, term.ingress) if inwards else (term.ingress, term.egress)
        allows = term.action is Action.ALLOW and term.entry.startswith("policy/")
        kept = found.get((network.name, zone.name, term.family)) if allows else None
        if kept and network.kind is SideKind.BRIDGE and zone.kind is SideKind.OUTSIDE:
            for prefix in term.sources if inwards else term.destinations:
                kept[not inwards].setdefault(prefix, term.entry)
    return found


def _beyond(host: Host, translation: _Translation) -> Iterator[Prefix]:
    """The prefixes known to be behind the uplinks of a zone: prefixes of links, and destinations of routes."""
    uplinks = {uplink.device: uplink for uplink in outside(host) if uplink.zone == translation[1]}
    yield from (route.to for route in host.routes if route.device in uplinks and route.to.family is translation[2])
    yield from (
        side.interface.prefix for u in uplinks.values() for family, side in fixed(u) if family is translation[2]
    )


def _ends(prefix: Prefix) -> tuple[int, int]:
    return prefix.first.value, prefix.last.value


def _meeting(inwards: dict[Prefix, str], outwards: dict[Prefix, str], beyond: Intervals[str]) -> tuple[str, str] | None:
    """An inbound and an outbound entry that share addresses known to be beyond the uplinks; None if there are none."""
    items = [
        (prefix, (entries is inwards, entry))
        for entries in (inwards, outwards)
        for prefix, entry in entries.items()
        if prefix.length == 0 or beyond.meeting(*_ends(prefix))
    ]
    pairs = ((one, two) for one, two in nested(items) if one[0] is not two[0])
    found = next(pairs, None)
    if found is None:
        return None
    (into, first), (_, second) = found
    return (first, second) if into else (second, first)


def _finding(context: Context, translation: _Translation, inwards: str, outwards: str) -> Diagnostic:
    network, zone, _ = translation
    places = context.document.places
    into, out = (entry.removeprefix("policy/") for entry in (inwards, outwards))
    message = f"network `{network}` is translated towards `{zone}` too: an exception for an uplink is not supported yet"
    labels = (
        Label(places.key("policy", out), "packets that this entry allows leave with the host's address"),
        Label(places.key("policy", into), "packets that this entry allows go to the guests' own addresses"),
    )
    hint = "put the guests that machines in this zone contact into a network without `nat`"
    return Diagnostic(
        RULE, message, places.span("networks", network, "nat"), hint, labels, subject=f"network/{network}"
    )
