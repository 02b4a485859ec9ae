"""The policy matrix: the entries about traffic between each pair of zones, from the terms that hosts enforce.

A term connects two sides of one host. A BRIDGE or OUTSIDE side has a zone; a REMOTE side stands for the networks of the
site that its prefixes overlap, on whichever host, so the same flow seen from two hosts is in one cell.
"""

from collections.abc import Iterable, Mapping

from taploom.base.address import Prefix
from taploom.base.frozen import dataclass
from taploom.plan.interfaces import outside
from taploom.plan.policy import Side, SideKind, Term
from taploom.plan.site import Plan

HOSTS = "hosts"
"""The row and column of the hosts themselves; no zone can have this name, which is a keyword of the language."""


@dataclass(frozen=True, slots=True)
class ZoneTraffic:
    """The entries about traffic from one zone to another.

    Attributes:
        policy: names of policy entries, sorted.
        forwards: names of forwards, sorted.
    """

    policy: tuple[str, ...]
    forwards: tuple[str, ...]


def matrix(plan: Plan) -> Mapping[tuple[str, str], ZoneTraffic]:
    """The cells of the matrix: one for each pair of sending and receiving zone that has an entry."""
    policy: dict[tuple[str, str], set[str]] = {}
    zones = _Zones(plan)
    for host in plan.hosts:
        for term in host.terms:
            kind, _, name = term.entry.partition("/")
            for pair in zones.pairs(term) if kind == "policy" else ():
                policy.setdefault(pair, set()).add(name)
    forwards = _forwards(plan)
    return {
        pair: ZoneTraffic(tuple(sorted(policy.get(pair, ()))), tuple(sorted(forwards.get(pair, ()))))
        for pair in sorted({*policy, *forwards})
    }


def _forwards(plan: Plan) -> dict[tuple[str, str], set[str]]:
    by_pair: dict[tuple[str, str], set[str]] = {}
    zone_of = {network.name: network.zone for network in plan.networks}
    for host in plan.hosts:
        uplinks = {each.device: each.zone for each in outside(host)}
        for dnat_entry in host.dnat_entries:
            for uplink in dnat_entry.uplinks:
                pair = uplinks[uplink], zone_of[dnat_entry.network]
                by_pair.setdefault(pair, set()).add(dnat_entry.forward.removeprefix("forward/"))
    return by_pair


class _Zones:
    """Maps sides of a host to zones of the site."""

    def __init__(self, plan: Plan) -> None:
        self._zone = {network.name: network.zone for network in plan.networks}
        self._prefixes = [
            (own.prefix, network.zone) for network in plan.networks for own in (network.ipv4, network.ipv6) if own
        ]

    def pairs(self, term: Term) -> Iterable[tuple[str, str]]:
        """The pairs of zones that a term is about."""
        senders = self._of(term.ingress, term.sources)
        return ((one, other) for one in senders for other in self._of(term.egress, term.destinations))

    def _of(self, side: Side, prefixes: tuple[Prefix, ...]) -> tuple[str, ...]:
        match side.kind:
            case SideKind.BRIDGE:
                return (self._zone[side.name],)
            case SideKind.OUTSIDE:
                return (side.name,)
            case SideKind.SELF:
                return (HOSTS,)
            case SideKind.OTHER:
                return ()
            case SideKind.REMOTE:
                found = {zone for own, zone in self._prefixes if any(own.overlaps(prefix) for prefix in prefixes)}
                return tuple(sorted(found)) or (HOSTS,)
