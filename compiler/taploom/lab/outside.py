"""Invents what the plan does not have: the networks beyond the uplinks, and the hosts in those networks.

Uplinks of a zone that share a prefix are on one link; any other uplink has a link of its own, and the zone's world
routes between its links. The world has the addresses that the plan presupposes (gateways, next hops), one address of
each prefix that the policy names, and one address that the policy does not name.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from taploom.base.address import FAMILIES, LINK_LOCAL, Address, Family, Interface, Prefix, parse_interface, prefix_of
from taploom.base.frozen import dataclass
from taploom.plan.host import Fixed, Host, Learned
from taploom.plan.interfaces import HostInterface, outside
from taploom.plan.policy import NatKind, SideKind
from taploom.plan.site import Plan

_FREE = {Family.IPV4: parse_interface("198.18.0.0/15").prefix, Family.IPV6: parse_interface("2001:2::/48").prefix}
"""The prefixes of invented links and hosts: addresses for benchmarks (RFC 2544, RFC 5180)."""
_OF_NOBODY = tuple(parse_interface(text).prefix for text in ("fe80::/10", "ff00::/8", "224.0.0.0/4"))
"""Prefixes that get no invented hosts, even if policy names them: link-local (RFC 4291, 2.5.6) and multicast."""
LAST_RESORT = 4096
"""The lowest metric of default routes by uplinks that taploom does not configure; it grows by one with each uplink.

Every default route that taploom configures is preferred.
"""
_LENGTHS = {Family.IPV4: 24, Family.IPV6: 64}


@dataclass(frozen=True, slots=True)
class OutsideLink:
    """One link beyond uplinks.

    Attributes:
        name: name of its bridge in the world's machine.
        uplinks: `(host, uplink)`, sorted.
        routers: addresses of the world on this link.
        dhcp: the address from which the world serves DHCP, or None.
        ra: the address whose prefix the world advertises, or None.
        given: addresses that the lab assigns to the link's only uplink, if taploom does not configure that uplink.
    """

    name: str
    uplinks: tuple[tuple[str, str], ...]
    routers: tuple[Interface, ...]
    dhcp: Interface | None
    ra: Interface | None
    given: tuple[Interface, ...] = ()

    def router(self, family: Family) -> Address:
        """The world's first address of a family on this link, as the next hop of uplinks."""
        return next(router.address for router in self.routers if router.family is family)


@dataclass(frozen=True, slots=True)
class Beyond:
    """The world of one zone.

    Attributes:
        links: sorted by name.
        strangers: addresses of outside hosts that are on no link, each with a label.
    """

    zone: str
    links: tuple[OutsideLink, ...]
    strangers: tuple[tuple[Address, str], ...]

    @property
    def addresses(self) -> tuple[tuple[Address, str], ...]:
        """Every global address of the world, with its label."""
        near = ((r.address, "a neighbour") for link in self.links for r in link.routers)
        return (*self.strangers, *(found for found in near if found[0] not in LINK_LOCAL))


def beyond(plan: Plan) -> tuple[Beyond, ...]:
    """The worlds of a plan, by zone."""
    taken = tuple(_known(plan))
    fresh = {family: _fresh(family, taken) for family in FAMILIES}
    zones = sorted({uplink.zone for host in plan.hosts for uplink in outside(host)})
    strangers = {family: next(fresh[family]).first + 7 for family in FAMILIES}
    return tuple(_beyond(plan, zone, fresh, strangers) for zone in zones)


def given_to(worlds: Iterable[Beyond], host: str) -> Iterator[tuple[str, OutsideLink, int]]:
    """The uplinks that the lab configures on a host: the name, the link, and the metric of the default routes."""
    found = ((name, link) for world in worlds for link in world.links for of, name in link.uplinks if of == host)
    chosen = sorted((name, link) for name, link in found if link.given)
    yield from ((name, link, LAST_RESORT + number) for number, (name, link) in enumerate(chosen))


def _fresh(family: Family, taken: tuple[Prefix, ...]) -> Iterator[Prefix]:
    """Prefixes that the plan does not mention."""
    whole, length = _FREE[family], _LENGTHS[family]
    for number in range(1 << (length - whole.length)):
        found = prefix_of(whole.first + (number << (family.bits - length)), length)
        if not any(found.overlaps(prefix) for prefix in taken if prefix.length):
            yield found


def _known(plan: Plan) -> Iterator[Prefix]:
    for host in plan.hosts:
        yield from (*host.site_prefixes, *host.remote_prefixes, *(route.to for route in host.routes))
        yield from (n.to for n in host.nat if n.to is not None)
        yield from (own.prefix for uplink in outside(host) for own in uplink.fixed)
        yield from _spoken(host)


def _spoken(host: Host, zone: str | None = None) -> Iterator[Prefix]:
    """Prefixes outside the site that the host's policy names; if a zone is given, terms of other zones are left out."""
    for term in host.terms:
        for side, prefixes in ((term.ingress, term.sources), (term.egress, term.destinations)):
            if side.kind is SideKind.OUTSIDE and zone in (None, side.name):
                yield from prefixes
    for dnat_entry in host.dnat_entries:
        yield from dnat_entry.sources or ()


def _beyond(plan: Plan, zone: str, fresh: dict[Family, Iterator[Prefix]], nobody: dict[Family, Address]) -> Beyond:
    members = [(host, uplink) for host in plan.hosts for uplink in outside(host) if uplink.zone == zone]
    links = tuple(_link(f"link{n}", group, fresh) for n, group in enumerate(_groups(members)))
    taken = [*(p for host in plan.hosts for p in host.site_prefixes), *_outer(plan)]
    taken += [router.prefix for link in links for router in link.routers]
    names = {prefix: entry.name for entry in plan.addresses for prefix in entry.prefixes}
    spoken = sorted({p for host, _ in members for p in _spoken(host, zone) if p.length})
    strangers = [(nobody[family], "a stranger") for family in FAMILIES]
    for prefix in spoken:
        inner = [p for p in (*spoken, *taken) if p != prefix and p in prefix]
        covered = any(prefix in p for p in taken)
        address = None if covered else _free(prefix, inner)
        if address and not any(address in p for p in _OF_NOBODY):
            strangers.append((address, names.get(prefix, str(prefix))))
    return Beyond(zone, links, tuple(strangers))


def _outer(plan: Plan) -> Iterator[Prefix]:
    """Outer prefixes of hosts: those that they translate to, and those of their static addresses."""
    for host in plan.hosts:
        yield from (n.to for n in host.nat if n.kind is NatKind.PREFIX and n.to is not None)
        yield from (own.prefix for uplink in outside(host) for own in uplink.fixed)


def _free(prefix: Prefix, inner: Iterable[Prefix]) -> Address | None:
    """An address of the prefix that is in none of the inner prefixes.

    A prefix of more than two addresses does not give its first or last.
    """
    inner = tuple(inner)
    start = 0 if prefix.size <= 2 else min(7, prefix.size // 2)
    for offset in islice(range(start, prefix.size), 4096):
        address = prefix.first + offset
        within = [p for p in inner if address in p]
        if not within and (prefix.size <= 2 or address != prefix.last):
            return address
    return None


def _groups(members: list[tuple[Host, HostInterface]]) -> list[list[tuple[Host, HostInterface]]]:
    """The groups of uplinks that share a prefix."""
    groups: list[list[tuple[Host, HostInterface]]] = []
    for member in members:
        mine = _prefixes(member[1])
        near = [g for g in groups if any(a.overlaps(b) for _, u in g for a in _prefixes(u) for b in mine)]
        groups = [g for g in groups if g not in near] + [[m for g in near for m in g] + [member]]
    return groups


def _prefixes(uplink: HostInterface) -> tuple[Prefix, ...]:
    return tuple(own.prefix for own in uplink.fixed)


def _link(name: str, group: list[tuple[Host, HostInterface]], fresh: dict[Family, Iterator[Prefix]]) -> OutsideLink:
    sides = [side for _, uplink in group for side in (uplink.ipv4, uplink.ipv6) if side is not None]
    own = {(host.name, uplink.device) for host, uplink in group}
    ours = {side.interface.address for side in sides if isinstance(side, Fixed)}
    hops = {r.via for host, uplink in group for r in host.routes if r.device == uplink.device} - ours
    hops |= {side.next_hop for side in sides if isinstance(side, Fixed) and side.next_hop} - ours
    prefixes = sorted({side.interface.prefix for side in sides if isinstance(side, Fixed)})
    routers = [Interface(hop, _length(hop, prefixes)) for hop in sorted(hops)]
    for prefix in prefixes:
        if not any(router.address in prefix for router in routers):
            found = _free(prefix, [a.prefix for a in ours])
            routers += [Interface(found, prefix.length)] if found else []
    dhcp = Interface(next(fresh[Family.IPV4]).first + 1, 24) if Learned.DHCP in sides else None
    ra = Interface(next(fresh[Family.IPV6]).first + 1, 64) if any(u.advertised for _, u in group) else None
    made = tuple(sorted(routers)) + tuple(found for found in (dhcp, ra) if found)
    if any(not uplink.configured for _, uplink in group):
        near = [next(fresh[family]) for family in FAMILIES]
        made += tuple(Interface(prefix.first + 1, prefix.length) for prefix in near)
        return OutsideLink(name, tuple(own), made, dhcp, ra, tuple(Interface(p.first + 2, p.length) for p in near))
    return OutsideLink(name, tuple(sorted(own)), made, dhcp, ra)


def _length(hop: Address, prefixes: list[Prefix]) -> int:
    found = next((prefix.length for prefix in prefixes if hop in prefix), None)
    return found if found is not None else LINK_LOCAL.length if hop in LINK_LOCAL else hop.family.bits
