"""Terms that forwards imply: guests of one host may send to the outside addresses at which other hosts listen.

DNAT entries that listen at the same addresses for the same senders become one term for each side, with their ports
united. Otherwise every host would have a term for every forward of every other host.
"""

from collections.abc import Iterable, Iterator, Mapping

from taploom.base.address import Family, Prefix
from taploom.base.frozen import dataclass
from taploom.passes.equip import Equipment
from taploom.passes.selections import common, minimal
from taploom.passes.sides import HostView
from taploom.plan.interfaces import HostInterface, outside
from taploom.plan.origin import Origin
from taploom.plan.policy import Action, DnatEntry, Service, Side, SideKind, Term
from taploom.spec.document import Document

PASS = "approach"


@dataclass(frozen=True, slots=True)
class OpenedPorts:
    """Forwarded ports of a host, as other hosts' guests see them.

    Attributes:
        addresses: fixed outside addresses.
        sources: as in `DnatEntry`.
        services: the ports, in the fewest ranges.
    """

    family: Family
    addresses: tuple[Prefix, ...]
    sources: tuple[Prefix, ...] | None
    expires: int | None
    services: tuple[Service, ...]
    origin: Origin


def openings(
    document: Document, dnat_entries: Mapping[str, tuple[DnatEntry, ...]], equipment: Mapping[str, Equipment]
) -> dict[str, tuple[OpenedPorts, ...]]:
    """The opened ports of each host; hosts without any are left out."""
    found = {}
    for host, mine in sorted(dnat_entries.items()):
        span = document.places.key("hosts", host)
        origin = Origin(f"implied.forwards-of-{host}", span, PASS)
        own = tuple(_of_host(mine, equipment[host], origin))
        if own:
            found[host] = own
    return found


def _of_host(dnat_entries: Iterable[DnatEntry], equipment: Equipment, origin: Origin) -> Iterator[OpenedPorts]:
    interfaces = {interface.device: interface for interface in outside(equipment)}
    fixed: dict[tuple[tuple[str, ...], Family], tuple[Prefix, ...]] = {}
    groups: dict[tuple[object, ...], tuple[DnatEntry, tuple[Prefix, ...], list[Service]]] = {}
    for dnat_entry in dnat_entries:
        at = (dnat_entry.uplinks, dnat_entry.family)
        if at not in fixed:
            fixed[at] = _outside_addresses(dnat_entry, interfaces)
        if dnat_entry.hairpin and fixed[at]:
            group = groups.setdefault((fixed[at], dnat_entry.sources, dnat_entry.expires), (dnat_entry, fixed[at], []))
            group[2].append(Service(dnat_entry.protocol, dnat_entry.first, dnat_entry.last))
    for dnat_entry, addresses, services in groups.values():
        yield OpenedPorts(
            dnat_entry.family, addresses, dnat_entry.sources, dnat_entry.expires, united(services), origin
        )


def _outside_addresses(dnat_entry: DnatEntry, interfaces: Mapping[str, HostInterface]) -> tuple[Prefix, ...]:
    found = (interfaces[name].own(dnat_entry.family) for name in dnat_entry.uplinks)
    return minimal(own.address.prefix for own in found if own)


def united(services: Iterable[Service]) -> tuple[Service, ...]:
    """The ports of all services in the fewest ranges, sorted."""
    ranges: list[Service] = []
    for service in sorted(services):
        before = ranges[-1] if ranges else None
        if before and before.protocol == service.protocol and service.first <= before.last + 1:
            ranges[-1] = Service(before.protocol, before.first, max(before.last, service.last))
        else:
            ranges.append(service)
    return tuple(ranges)


def terms_towards_openings(view: HostView, opened: Mapping[str, tuple[OpenedPorts, ...]]) -> tuple[Term, ...]:
    """The terms by which one host lets its guests reach the opened ports of all other hosts."""
    others = [host for host in opened if host != view.host] if view.zones else []
    return tuple(term for host in others for opening in opened[host] for term in _terms(view, host, opening))


def _terms(view: HostView, host: str, opening: OpenedPorts) -> Iterator[Term]:
    for network, prefixes in sorted(view.networks.items()):
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
