"""NL706: what is allowed, wholly inside what is denied."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from netloom.base.address import Prefix, everything
from netloom.base.diagnostic import Diagnostic, Label
from netloom.base.rule import Rule, Severity
from netloom.checks.context import Context
from netloom.checks.families import half
from netloom.passes.spaces import common
from netloom.plan.host import Host
from netloom.plan.policy import Action, Lane, Service, Side, SideKind, Term

RULE = Rule(
    "NL706",
    "allow-inside-deny",
    Severity.WARNING,
    "No `allow` and no forward lies wholly within a `deny`.",
    "`deny` beats `allow` wherever either stands, so the entry opens nothing: one of the two is a mistake.",
    "Remove one of the two, or make the `deny` narrower.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "policy:\n  web: {from: lan, to: dmz, allow: https}\n  wall: {from: lan, to: dmz, deny: any}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "policy:\n  web: {from: lan, to: dmz, allow: https}\n  wall: {from: lan, to: dmz, deny: ssh}\n",
)
LARGEST = 4096
"""Pairs of prefixes of one term that are indexed; a larger deny is left out, and may hide an allow unnoticed."""
_Ends = tuple[Side, Side, int]


def check(context: Context) -> Iterator[Diagnostic]:
    """Look for entries of which every part, on every host, is inside one deny or another."""
    covered: dict[str, Term | None] = {}
    for host in context.plan.hosts:
        walls = _walls(host, context.now)
        for term in host.terms:
            said = term.action is Action.ALLOW and term.rule.startswith("policy/")
            if said and covered.get(term.rule, term) is not None:
                wall = walls.get((term.ingress, term.egress, term.family))
                covered[term.rule] = wall.around(term) if wall else None
        for lane in host.lanes if walls else ():
            for flow in _flows(host, lane):
                if covered.get(lane.forward, flow) is not None:
                    wall = walls.get((flow.ingress, flow.egress, flow.family))
                    covered[lane.forward] = wall.around(flow) if wall else None
    for name, deny in sorted(covered.items()):
        if deny is not None:
            yield _finding(context, name, deny)


def _finding(context: Context, name: str, deny: Term) -> Diagnostic:
    kind, _, entry = name.partition("/")
    places, rule = context.document.places, deny.rule.removeprefix("policy/")
    at = ("forwards", entry, "ports") if kind == "forward" else ("policy", entry, "allow")
    what = f"forward `{entry}`" if kind == "forward" else f"`{entry}`"
    label = Label(places.span("policy", rule, "deny"), "the deny")
    message = f"{what} opens nothing: all of it is denied by `{rule}`"
    return Diagnostic(RULE, message, places.span(*at), "remove one of the two", (label,), subject=name)


def _flows(host: Host, lane: Lane) -> Iterator[Term]:
    """A lane as what it allows at its real ends: from beyond its uplinks, and from those of the site that it names."""
    last = lane.target_first + lane.last - lane.first
    services = (Service(lane.protocol, lane.target_first, last),)
    bridge = Side(SideKind.BRIDGE, lane.network)
    for ingress, sources in _senders(host, lane):
        yield Term(
            lane.forward, Action.ALLOW, ingress, bridge, lane.family, sources, (lane.target.prefix,), services,
            log=False, limit=None, expires=lane.expires, origin=lane.origin,
        )  # fmt: skip


def _senders(host: Host, lane: Lane) -> Iterator[tuple[Side, tuple[Prefix, ...]]]:
    zones = sorted({uplink.zone for uplink in host.uplinks if uplink.name in lane.uplinks})
    if lane.sources is None:
        yield from ((Side(SideKind.OUTSIDE, zone), (everything(lane.family),)) for zone in zones)
        return
    site = (*host.site_prefixes, *host.remote_prefixes)
    foreign = tuple(p for p in lane.sources if not any(p in own for own in site))
    remote = tuple(part for own in host.remote_prefixes for part in common(lane.sources, own))
    for zone in zones:
        outer = (everything(lane.family),) if zone in lane.outside else foreign
        yield from ((Side(kind, zone), p) for kind, p in ((SideKind.OUTSIDE, outer), (SideKind.REMOTE, remote)) if p)
    for bridge in host.bridges if lane.hairpin else ():
        own = half(bridge, lane.family)
        parts = common(lane.sources, own.prefix) if own else ()
        if parts:
            yield Side(SideKind.BRIDGE, bridge.network), parts


def _walls(host: Host, now: int) -> "dict[_Ends, _Wall]":
    walls: dict[_Ends, _Wall] = {}
    for term in host.terms:
        if term.action is Action.DENY and (term.expires is None or term.expires > now):
            walls.setdefault((term.ingress, term.egress, term.family), _Wall()).add(term)
    return walls


@dataclass(slots=True)
class _Wall:
    """The denies between two sides by their prefixes: a question costs a look-up for each pair of lengths."""

    shapes: dict[tuple[int, int], dict[tuple[int, int], list[Term]]] = field(default_factory=dict)

    def add(self, term: Term) -> None:
        """Take a deny."""
        if len(term.sources) * len(term.destinations) > LARGEST:
            return
        for source in term.sources:
            for to in term.destinations:
                shape = self.shapes.setdefault((source.length, to.length), {})
                shape.setdefault((source.value, to.value), []).append(term)

    def around(self, term: Term) -> Term | None:
        """A deny for some part of a term, if there is one for each part."""
        found: Term | None = None
        for source in term.sources:
            for to in term.destinations:
                for service in term.services or (None,):
                    found = self._denying(term, source, to, service)
                    if found is None:
                        return None
        return found

    def _denying(self, term: Term, source: Prefix, to: Prefix, service: Service | None) -> Term | None:
        for (source_length, to_length), denies in self.shapes.items():
            if source_length <= source.length and to_length <= to.length:
                key = (_cut(source, source_length), _cut(to, to_length))
                for deny in denies.get(key, ()):
                    if _lasts(deny, term) and _holds(deny.services, service):
                        return deny
        return None


def _cut(prefix: Prefix, length: int) -> int:
    host_bits = prefix.family.bits - length
    return prefix.value >> host_bits << host_bits


def _lasts(deny: Term, allow: Term) -> bool:
    return deny.expires is None or (allow.expires is not None and deny.expires >= allow.expires)


def _holds(services: Iterable[Service], one: Service | None) -> bool:
    """Whether services, none for any, hold another, None for any."""
    every = tuple(services)
    if not every or one is None:
        return not every
    return any(s.protocol == one.protocol and s.first <= one.first and one.last <= s.last for s in every)
