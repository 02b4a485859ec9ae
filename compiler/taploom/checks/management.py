"""The paths by which a host can be managed: allows with sources that neither denies nor forwards exclude.

The answer is exact for prefixes. A deny counts only if it covers the whole part of a service that an allow opens, so
that a path is assumed in case of doubt.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from taploom.base.address import Family, Prefix, everything
from taploom.base.frozen import dataclass
from taploom.checks.exposure import meets
from taploom.checks.families import carries
from taploom.passes.selections import minimal, of_family
from taploom.plan.host import Host
from taploom.plan.interfaces import outside
from taploom.plan.policy import Action, DnatEntry, Service, Side, SideKind, Term


@dataclass(frozen=True, slots=True)
class ManagementPath:
    """A term that lets somebody manage a host, and the service that the term opens for that."""

    term: Term
    service: Service


def paths(host: Host, moment: int, *, forwards: bool = True) -> Iterator[ManagementPath]:
    """The paths by which somebody can reach a management service of a host.

    Args:
        host: a host whose input taploom filters.
        moment: the time for which policy is evaluated, in seconds since the epoch.
        forwards: whether a port that is forwarded away counts as lost.
    """
    inward = [t for t in host.terms if t.egress.kind is SideKind.SELF and _valid(t.expires, moment)]
    denies = [t for t in inward if t.action is Action.DENY]
    dnat_entries = [dnat_entry for dnat_entry in host.dnat_entries if forwards and _valid(dnat_entry.expires, moment)]
    covers: dict[tuple[Side, Family, Service], PrefixUnion] = {}
    for term in inward:
        if term.action is not Action.ALLOW or not _arrives(host, term):
            continue
        for service in _opened(host, term):
            key = (term.ingress, term.family, service)
            if key not in covers:
                covers[key] = PrefixUnion.of((*_denied(denies, *key), *_forwarded(host, dnat_entries, *key)))
            if not all(covers[key].holds(source) for source in term.sources):
                yield ManagementPath(term, service)


@dataclass(frozen=True, slots=True)
class PrefixUnion:
    """A union of prefixes of one family, disjoint and sorted."""

    prefixes: tuple[Prefix, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, prefixes: Iterable[Prefix]) -> "PrefixUnion":
        """Drop prefixes that lie within others, and sort the rest."""
        found = minimal(prefixes)
        return cls(found, tuple(prefix.value for prefix in found))

    def holds(self, source: Prefix) -> bool:
        """Whether every address of a prefix is in the union."""
        first, stop = bisect_right(self.starts, source.value), bisect_left(self.starts, source.value + source.size)
        if first and source in self.prefixes[first - 1]:
            return True
        return (
            sum(prefix.size for prefix in self.prefixes[bisect_left(self.starts, source.value) : stop]) == source.size
        )


def _valid(expires: int | None, moment: int) -> bool:
    return expires is None or expires > moment


def _arrives(host: Host, term: Term) -> bool:
    """Whether packets of the term's family can arrive from the term's ingress at all."""
    if term.ingress.kind not in (SideKind.OUTSIDE, SideKind.REMOTE):
        return True
    return any(u.zone == term.ingress.name and carries(u, term.family) for u in outside(host))


def _opened(host: Host, term: Term) -> Iterator[Service]:
    """The parts of the management services that a term opens."""
    for wanted in host.management:
        if not term.services:
            yield wanted
        for service in term.services:
            if meets(service, wanted):
                yield Service(wanted.protocol, max(service.first, wanted.first), min(service.last, wanted.last))


def _denied(denies: Iterable[Term], ingress: Side, family: Family, service: Service) -> Iterator[Prefix]:
    for deny in denies:
        here = deny.ingress == ingress and deny.family is family
        if here and (not deny.services or any(_within(service, other) for other in deny.services)):
            yield from deny.sources


def _forwarded(
    host: Host, dnat_entries: Iterable[DnatEntry], ingress: Side, family: Family, service: Service
) -> Iterator[Prefix]:
    """Senders whose packets to the host's outside addresses go to a forward instead, at every uplink of their zone."""
    if ingress.kind not in (SideKind.OUTSIDE, SideKind.REMOTE):
        return
    uplinks = {u.device for u in outside(host) if u.zone == ingress.name and carries(u, family)}
    for dnat_entry in dnat_entries:
        same = dnat_entry.family is family and uplinks.issubset(dnat_entry.uplinks)
        if same and _within(service, Service(dnat_entry.protocol, dnat_entry.first, dnat_entry.last)):
            whole = dnat_entry.sources is None or ingress.name in dnat_entry.outside
            yield from (everything(family),) if whole else of_family(dnat_entry.sources or (), family)


def _within(inner: Service, outer: Service) -> bool:
    return inner.protocol == outer.protocol and outer.first <= inner.first and inner.last <= outer.last
