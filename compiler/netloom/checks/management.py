"""Whether a host's owner can reach it: what allows leave after denies and forwards, source by source.

Exact for prefixes. Of the services, a deny counts only where it covers all that an allow opens of one, so that in doubt
a path is taken to be there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netloom.base.address import Family, Prefix, everything
from netloom.checks.exposure import meets
from netloom.checks.families import half
from netloom.passes.spaces import common, of_family
from netloom.plan.host import Host
from netloom.plan.policy import Action, Lane, Service, Side, SideKind, Term


@dataclass(frozen=True, slots=True)
class Path:
    """A part of the policy that lets somebody in to manage a host."""

    term: Term
    service: Service


def paths(host: Host, moment: int, *, forwards: bool = True) -> Iterator[Path]:
    """What lets somebody reach a management service of a host.

    Args:
        host: managed by netloom.
        moment: seconds since the epoch at which policy is looked at.
        forwards: whether a port that is forwarded away counts as lost.
    """
    inward = [t for t in host.terms if t.egress.kind is SideKind.SELF and _valid(t.expires, moment)]
    denies = [t for t in inward if t.action is Action.DENY]
    lanes = [lane for lane in host.lanes if forwards and _valid(lane.expires, moment)]
    for term in inward:
        if term.action is not Action.ALLOW or not _arrives(host, term):
            continue
        for service in _opened(host, term):
            taken = (*_denied(denies, term.ingress, term.family, service), *_forwarded(host, lanes, term, service))
            if any(not covered(source, taken) for source in term.sources):
                yield Path(term, service)


def _valid(expires: int | None, moment: int) -> bool:
    return expires is None or expires > moment


def _arrives(host: Host, term: Term) -> bool:
    """Whether packets of the family come in from the side at all."""
    if term.ingress.kind not in (SideKind.OUTSIDE, SideKind.REMOTE):
        return True
    return any(u.zone == term.ingress.name and half(u, term.family) is not None for u in host.uplinks)


def _opened(host: Host, term: Term) -> Iterator[Service]:
    """What a term opens of the management services."""
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


def _forwarded(host: Host, lanes: Iterable[Lane], term: Term, service: Service) -> Iterator[Prefix]:
    """Senders whose packets to the host's outside addresses a forward takes away, at every uplink of their zone."""
    if term.ingress.kind not in (SideKind.OUTSIDE, SideKind.REMOTE):
        return
    uplinks = {u.name for u in host.uplinks if u.zone == term.ingress.name and half(u, term.family) is not None}
    for lane in lanes:
        same = lane.family is term.family and uplinks.issubset(lane.uplinks)
        if same and _within(service, Service(lane.protocol, lane.first, lane.last)):
            whole = lane.sources is None or term.ingress.name in lane.outside
            yield from (everything(term.family),) if whole else of_family(lane.sources or (), term.family)


def _within(inner: Service, outer: Service) -> bool:
    return inner.protocol == outer.protocol and outer.first <= inner.first and inner.last <= outer.last


def covered(source: Prefix, taken: Iterable[Prefix]) -> bool:
    """Whether prefixes leave nothing of a source."""
    return sum(part.size for part in common(taken, source)) == source.size
