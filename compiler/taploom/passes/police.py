"""Seventh pass: policy becomes the terms that each host enforces."""

from collections.abc import Iterator, Mapping

from taploom.base.address import FAMILIES, Family, Prefix
from taploom.base.frozen import dataclass
from taploom.passes.selections import Selection, SelectorResolver
from taploom.passes.services import Services, traffic
from taploom.passes.sides import HostView, split
from taploom.passes.transit import Part, transit
from taploom.plan.origin import Origin
from taploom.plan.policy import Action, PolicyEntry, Service, Side, SideKind, Term
from taploom.spec.document import Document
from taploom.spec.model.policy import PolicySpec

PASS = "police"
ONLY_IN = {"icmp": Family.IPV4, "igmp": Family.IPV4, "icmpv6": Family.IPV6}
"""Protocols that exist in one family only."""

INWARD = (SideKind.BRIDGE, SideKind.SELF)


@dataclass(frozen=True, slots=True)
class ResolvedPolicy:
    """One policy entry with its selectors and services resolved."""

    name: str
    spec: PolicySpec
    sources: Selection
    destinations: Selection
    services: tuple[Service, ...]
    origin: Origin

    @property
    def action(self) -> Action:
        """Allow or deny."""
        return Action.DENY if self.spec.deny is not None else Action.ALLOW


def meanings(document: Document, services: Services, resolver: SelectorResolver) -> tuple[ResolvedPolicy, ...]:
    """Every policy entry with its selections, looked up once for all hosts."""
    resolved = []
    for name, meant in services.affordable(traffic(document.policy)).items():
        spec = document.policy[name]
        if meant is not None:
            origin = Origin(f"policy.{name}", document.places.key("policy", name), PASS)
            selections = resolver.selection(spec.from_), resolver.selection(spec.to)
            resolved.append(ResolvedPolicy(name, spec, *selections, meant, origin))
    return tuple(resolved)


@dataclass(frozen=True, slots=True)
class PolicyIndex:
    """Policy entries by the objects in their `from` and `to`, so that a host looks only at entries that may concern it.

    A host enforces an entry only if `from` or `to` selects the host or addresses on one of its bridges, or if the host
    forwards packets that the entry matches.

    Attributes:
        everywhere: entries that every host looks at.
        by_name: entries by each network and host that `from` or `to` selects. An entry whose `from` and `to` both
            select machines beyond uplinks is also listed by each zone that one of the two selects.
    """

    everywhere: tuple[ResolvedPolicy, ...]
    by_name: Mapping[str, tuple[ResolvedPolicy, ...]]

    @classmethod
    def of(cls, entries: tuple[ResolvedPolicy, ...], site: tuple[Prefix, ...]) -> "PolicyIndex":
        """Index the entries. Every host looks at literal prefixes within the site, which may lie on any bridge."""
        everywhere: list[ResolvedPolicy] = []
        by_name: dict[str, list[ResolvedPolicy]] = {}
        for entry in entries:
            ends = (entry.sources, entry.destinations)
            if any(end.everyone or any(p.overlaps(own) for p in end.literals for own in site) for end in ends):
                everywhere.append(entry)
                continue
            names = {name for end in ends for name in (*end.networks, *end.guests, *end.hosts)}
            if all(end.outside or end.literals for end in ends):
                zones = next((end.outside for end in ends if not end.literals), None)
                if zones is None:
                    everywhere.append(entry)
                    continue
                names |= zones
            for name in names:
                by_name.setdefault(name, []).append(entry)
        return cls(tuple(everywhere), {name: tuple(found) for name, found in by_name.items()})

    def terms(self, view: HostView) -> tuple[Term, ...]:
        """The terms of the policy that one host enforces."""
        names = (view.host, *view.networks, *view.zones, *view.carried)
        mine = [entry for name in names for entry in self.by_name.get(name, ())]
        chosen = {entry.name: entry for entry in (*self.everywhere, *mine)}
        return tuple(term for entry in chosen.values() for term in _entry_terms(entry, view))


def order(term: Term) -> tuple[object, ...]:
    """Sort key of a host's terms."""
    ends = (term.ingress.kind.value, term.ingress.name, term.egress.kind.value, term.egress.name)
    return (term.entry, *ends, term.family)


def _entry_terms(entry: ResolvedPolicy, view: HostView) -> Iterator[Term]:
    for (came, sources), (goes, destinations) in _parts(entry, view):
        for family in FAMILIES:
            src = split(sources, family, to_self=goes.kind is SideKind.SELF)
            dst = split(destinations, family, to_self=False)
            services = tuple(s for s in entry.services if ONLY_IN.get(s.protocol, family) is family)
            if src and dst and (services or not entry.services):
                yield Term(
                    f"policy/{entry.name}",
                    entry.action,
                    came,
                    goes,
                    family,
                    src,
                    dst,
                    services,
                    entry.spec.log,
                    entry.spec.limit,
                    entry.spec.expires,
                    entry.origin,
                )


def _parts(entry: ResolvedPolicy, view: HostView) -> Iterator[tuple[Part, Part]]:
    """The pairs of an ingress and an egress side for which an entry needs a term, each side with its prefixes."""
    egress = tuple(view.egress(entry.destinations))
    for came in view.ingress(entry.sources) if egress else ():
        yield from ((came, goes) for goes in egress if _possible(came[0], goes[0], entry.action))
    yield from transit(view, entry.sources, entry.destinations, entry.action)


def _possible(came: Side, goes: Side, action: Action) -> bool:
    """Whether a pair of sides needs a term; within one bridge, only a deny does. `transit` adds pairs of uplinks."""
    if came.kind is SideKind.BRIDGE:
        return came != goes or action is Action.DENY
    if came.kind is SideKind.OTHER:
        return goes.kind is SideKind.SELF
    return goes.kind in INWARD


def policy_entries(document: Document) -> tuple[PolicyEntry, ...]:
    """The policy entries as the spec has them."""
    return tuple(_policy_entry(document, name, spec) for name, spec in sorted(document.policy.items()))


def _policy_entry(document: Document, name: str, spec: PolicySpec) -> PolicyEntry:
    refs = spec.deny if spec.deny is not None else spec.allow or ()
    return PolicyEntry(
        name,
        Action.DENY if spec.deny is not None else Action.ALLOW,
        tuple(sorted({s.text for s in spec.from_})),
        tuple(sorted({s.text for s in spec.to})),
        tuple(sorted({r.text for r in refs})),
        spec.log,
        spec.limit,
        spec.expires,
        spec.meta,
        Origin(f"policy.{name}", document.places.key("policy", name), PASS),
    )
