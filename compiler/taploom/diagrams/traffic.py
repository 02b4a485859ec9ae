"""Who may talk to whom by zone: the policy matrix, from the terms that hosts enforce.

A term speaks of sides of one host. Its bridges and outsides name their zone; a remote side stands for those networks of
the site that its prefixes touch, whichever host has them, so the same flow seen from two hosts falls into one cell.
"""

from collections.abc import Iterable, Mapping

from taploom.base.address import Prefix
from taploom.base.frozen import dataclass
from taploom.plan.interfaces import outside
from taploom.plan.policy import Side, SideKind, Term
from taploom.plan.site import Plan

HOSTS = "hosts"
"""The row and column of the hosts themselves; no zone can be called so, as the language has the word."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What passes from one zone to another.

    Attributes:
        rules: names of policy entries, sorted.
        forwards: names of forwards, sorted.
    """

    rules: tuple[str, ...]
    forwards: tuple[str, ...]


def matrix(plan: Plan) -> Mapping[tuple[str, str], Cell]:
    """Every pair of zones between which something is said, by sender and destination."""
    rules: dict[tuple[str, str], set[str]] = {}
    zones = _Zones(plan)
    for host in plan.hosts:
        for term in host.terms:
            kind, _, name = term.rule.partition("/")
            for pair in zones.pairs(term) if kind == "policy" else ():
                rules.setdefault(pair, set()).add(name)
    forwards = _forwards(plan)
    return {
        pair: Cell(tuple(sorted(rules.get(pair, ()))), tuple(sorted(forwards.get(pair, ()))))
        for pair in sorted({*rules, *forwards})
    }


def _forwards(plan: Plan) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    zone_of = {network.name: network.zone for network in plan.networks}
    for host in plan.hosts:
        uplinks = {each.device: each.zone for each in outside(host)}
        for dnat_entry in host.dnat_entries:
            for uplink in dnat_entry.uplinks:
                pair = uplinks[uplink], zone_of[dnat_entry.network]
                found.setdefault(pair, set()).add(dnat_entry.forward.removeprefix("forward/"))
    return found


class _Zones:
    """From sides of a host to zones of the site."""

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
