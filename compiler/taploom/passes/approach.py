"""What forwards imply on the way: guests of one host may go to the outside addresses at which other hosts listen.

Lanes that listen at the same addresses for the same senders become one term for each side, with their ports united:
a site has as many pairs of hosts and forwards as both numbers multiplied, and every host would carry them all.
"""

from collections.abc import Iterable, Iterator, Mapping

from taploom.base.address import Family, Prefix, in_family
from taploom.base.frozen import dataclass
from taploom.passes.equip import Equipment
from taploom.passes.sides import HostView
from taploom.passes.spaces import common, minimal
from taploom.plan.host import Fixed, Uplink
from taploom.plan.origin import Origin
from taploom.plan.policy import Action, Lane, Service, Side, SideKind, Term
from taploom.spec.document import Document

PASS = "approach"


@dataclass(frozen=True, slots=True)
class Opening:
    """Ports that a host listens at, as other hosts' guests see them.

    Attributes:
        addresses: fixed outside addresses.
        sources: as in `Lane`.
        services: ports, united.
    """

    family: Family
    addresses: tuple[Prefix, ...]
    sources: tuple[Prefix, ...] | None
    expires: int | None
    services: tuple[Service, ...]
    origin: Origin


def openings(
    document: Document, lanes: Mapping[str, tuple[Lane, ...]], equipment: Mapping[str, Equipment]
) -> dict[str, tuple[Opening, ...]]:
    """The openings of every host that has some, by host."""
    found = {}
    for host, mine in sorted(lanes.items()):
        span = document.places.key("hosts", host)
        origin = Origin(f"implied.forwards-of-{host}", span, PASS)
        here = tuple(_of_host(mine, equipment[host], origin))
        if here:
            found[host] = here
    return found


def _of_host(lanes: Iterable[Lane], equipment: Equipment, origin: Origin) -> Iterator[Opening]:
    uplinks = {uplink.name: uplink for uplink in equipment.uplinks}
    fixed: dict[tuple[tuple[str, ...], Family], tuple[Prefix, ...]] = {}
    groups: dict[tuple[object, ...], tuple[Lane, tuple[Prefix, ...], list[Service]]] = {}
    for lane in lanes:
        at = (lane.uplinks, lane.family)
        if at not in fixed:
            fixed[at] = _outside_addresses(lane, uplinks)
        if lane.hairpin and fixed[at]:
            group = groups.setdefault((fixed[at], lane.sources, lane.expires), (lane, fixed[at], []))
            group[2].append(Service(lane.protocol, lane.first, lane.last))
    for lane, addresses, services in groups.values():
        yield Opening(lane.family, addresses, lane.sources, lane.expires, united(services), origin)


def _outside_addresses(lane: Lane, uplinks: Mapping[str, Uplink]) -> tuple[Prefix, ...]:
    sides = (in_family(uplinks[name], lane.family) for name in lane.uplinks)
    return minimal(side.interface.address.prefix for side in sides if isinstance(side, Fixed))


def united(services: Iterable[Service]) -> tuple[Service, ...]:
    """The same ports in the fewest ranges, sorted."""
    found: list[Service] = []
    for service in sorted(services):
        before = found[-1] if found else None
        if before and before.protocol == service.protocol and service.first <= before.last + 1:
            found[-1] = Service(before.protocol, before.first, max(before.last, service.last))
        else:
            found.append(service)
    return tuple(found)


def approaches(view: HostView, opened: Mapping[str, tuple[Opening, ...]]) -> tuple[Term, ...]:
    """The terms of one host towards the openings of all others."""
    others = [host for host in opened if host != view.host] if view.zones else []
    return tuple(term for host in others for opening in opened[host] for term in _terms(view, host, opening))


def _terms(view: HostView, host: str, opening: Opening) -> Iterator[Term]:
    for network, prefixes in sorted(view.bridges.items()):
        own = prefixes.get(opening.family)
        if own is None:
            continue
        sources = (own,) if opening.sources is None else common(opening.sources, own)
        for remote, addresses in view.beyond(opening.addresses) if sources else ():
            yield Term(
                f"implied/forwards-of-{host}",
                Action.ALLOW,
                Side(SideKind.BRIDGE, network),
                remote,
                opening.family,
                sources,
                addresses,
                opening.services,
                log=False,
                limit=None,
                expires=opening.expires,
                origin=opening.origin,
            )
