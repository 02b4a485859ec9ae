"""Invents the networks beyond the uplinks, and the hosts in these networks, as the plan does not contain them.

Uplinks of a zone that share a prefix are on one link. Any other uplink has a separate link, and the zone's world routes
between its links. The world has the addresses that the plan presupposes (gateways, next hops), one address of each
prefix in the policy, and one address that is in no prefix of the policy.
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
"""The prefixes for invented links and hosts: addresses for benchmarks (RFC 2544, RFC 5180)."""
_NO_HOSTS = tuple(parse_interface(text).prefix for text in ("fe80::/10", "ff00::/8", "224.0.0.0/4"))
"""Prefixes without invented hosts, even if the policy has them: link-local (RFC 4291, 2.5.6) and multicast."""
LAST_RESORT = 4096
"""Metric of the default route by the first uplink that taploom does not configure; each further uplink adds one.

The kernel prefers every default route that taploom configures.
"""
_LENGTHS = {Family.IPV4: 24, Family.IPV6: 64}


@dataclass(frozen=True, slots=True)
class OutsideLink:
    """A link in the world of a zone, with the uplinks that are connected to it.

    Attributes:
        name: name of the link's bridge in the world's machine.
        uplinks: names of host and uplink for each connected uplink.
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
        """The world's first address of a family on this link, which uplinks use as their next hop."""
        return next(router.address for router in self.routers if router.family is family)


@dataclass(frozen=True, slots=True)
class Beyond:
    """The invented world of one zone.

    Attributes:
        links: the links, sorted by name.
        strangers: addresses of invented hosts that are on no link, each with a label.
    """

    zone: str
    links: tuple[OutsideLink, ...]
    strangers: tuple[tuple[Address, str], ...]

    @property
    def addresses(self) -> tuple[tuple[Address, str], ...]:
        """All addresses of the world that are not link-local, each with a label."""
        near = ((r.address, "a neighbour") for link in self.links for r in link.routers)
        return (*self.strangers, *(found for found in near if found[0] not in LINK_LOCAL))


def beyond(plan: Plan) -> tuple[Beyond, ...]:
    """The worlds of a plan, sorted by zone."""
    taken = tuple(_known(plan))
    fresh = {family: _fresh(family, taken) for family in FAMILIES}
    zones = sorted({uplink.zone for host in plan.hosts for uplink in outside(host)})
    strangers = {family: next(fresh[family]).first + 7 for family in FAMILIES}
    return tuple(_beyond(plan, zone, fresh, strangers) for zone in zones)


def given_to(worlds: Iterable[Beyond], host: str) -> Iterator[tuple[str, OutsideLink, int]]:
    """The uplinks of a host that the lab configures: name, link, and metric of the default routes."""
    found = ((name, link) for world in worlds for link in world.links for of, name in link.uplinks if of == host)
    chosen = sorted((name, link) for name, link in found if link.given)
    yield from ((name, link, LAST_RESORT + number) for number, (name, link) in enumerate(chosen))


def _fresh(family: Family, taken: tuple[Prefix, ...]) -> Iterator[Prefix]:
    """Prefixes for invented links that overlap no prefix of the plan."""
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
        yield from _policy_prefixes(host)


def _policy_prefixes(host: Host, zone: str | None = None) -> Iterator[Prefix]:
    """The outside prefixes in the host's policy; if a zone is given, terms of other zones are omitted."""
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
    named_prefixes = sorted({p for host, _ in members for p in _policy_prefixes(host, zone) if p.length})
    strangers = [(nobody[family], "a stranger") for family in FAMILIES]
    for prefix in named_prefixes:
        inner = [p for p in (*named_prefixes, *taken) if p != prefix and p in prefix]
        covered = any(prefix in p for p in taken)
        address = None if covered else _free(prefix, inner)
        if address and not any(address in p for p in _NO_HOSTS):
            strangers.append((address, names.get(prefix, str(prefix))))
    return Beyond(zone, links, tuple(strangers))


def _outer(plan: Plan) -> Iterator[Prefix]:
    """The outside prefixes of hosts: targets of prefix translation, and the prefixes of static addresses."""
    for host in plan.hosts:
        yield from (n.to for n in host.nat if n.kind is NatKind.PREFIX and n.to is not None)
        yield from (own.prefix for uplink in outside(host) for own in uplink.fixed)


def _free(prefix: Prefix, inner: Iterable[Prefix]) -> Address | None:
    """An address of a prefix that is in none of the inner prefixes; None if the search finds none.

    Of a prefix with more than two addresses, the first and the last address are not chosen.
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
    """The given uplinks in groups, such that uplinks with overlapping prefixes are in one group."""
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
