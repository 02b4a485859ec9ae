"""The sides of one host, and the part of a selection that lies on each."""

from collections.abc import Iterable, Iterator, Mapping

from taploom.base.address import FAMILIES, LINK_LOCAL, Family, Prefix, everything
from taploom.base.frozen import dataclass
from taploom.passes.equip import Equipment
from taploom.passes.remotes import SiteBehindUplinks, interfaces_by_prefix
from taploom.passes.selections import Selection, common, host_addresses, minimal, of_family, own_of
from taploom.plan.host import Remote
from taploom.plan.interfaces import inside, outside
from taploom.plan.policy import Side, SideKind
from taploom.spec.document import Document

SELF, OTHER = Side(SideKind.SELF), Side(SideKind.OTHER)
PRIVATE = (
    Prefix(Family.IPV4, 10 << 24, 8),
    Prefix(Family.IPV4, 172 << 24 | 16 << 16, 12),
    Prefix(Family.IPV4, 192 << 24 | 168 << 16, 16),
    Prefix(Family.IPV4, 100 << 24 | 64 << 16, 10),
    Prefix(Family.IPV6, 0xFC << 120, 7),
)
"""Prefixes that nobody routes between sites (RFC 1918, RFC 6598, RFC 4193): a default route does not lead to them."""


@dataclass(frozen=True, slots=True)
class HostView:
    """One host's sides.

    Attributes:
        networks: prefix of each network of this host, by family.
        zones: zones beyond its interfaces, sorted.
        remote: prefixes of other hosts' networks to which this host has a route, by network.
        peers: fixed addresses of the other hosts, by host.
        remotes: the prefixes of `remote` and `peers`, each with the uplinks that lead to it.
        behind: for each zone, the prefixes of `remotes` that are behind its uplinks.
        near: for each host in `peers`, the zones of its uplinks; for each network in `remote`, the zones of its host.
        site: prefixes of all networks of the site.
    """

    host: str
    networks: Mapping[str, Mapping[Family, Prefix]]
    zones: tuple[str, ...]
    remote: Mapping[str, tuple[Prefix, ...]]
    peers: Mapping[str, tuple[Prefix, ...]]
    remotes: tuple[Remote, ...]
    behind: Mapping[str, SiteBehindUplinks]
    near: Mapping[str, frozenset[str]]
    site: tuple[Prefix, ...]

    def ingress(self, selection: Selection) -> Iterator[tuple[Side, tuple[Prefix, ...]]]:
        """The sides at which packets from a selection arrive, each with the senders' prefixes of both families."""
        yield from self._bridged(selection, link_local=True)
        yield from self.strangers(selection)
        yield from self.beyond(self.others(selection, sender=True))
        other = _all() if selection.everyone else self._foreign(selection.literals)
        if other:
            yield OTHER, other

    def egress(self, selection: Selection) -> Iterator[tuple[Side, tuple[Prefix, ...]]]:
        """The sides on which the receivers of a selection are, each with their prefixes of both families."""
        yield from self._bridged(selection, link_local=False)
        yield from self.strangers(selection)
        yield from self.beyond(self.others(selection, sender=False))
        if selection.everyone or self.host in selection.hosts:
            yield SELF, _all()

    def beyond(self, remote: tuple[Prefix, ...]) -> Iterator[tuple[Side, tuple[Prefix, ...]]]:
        """The REMOTE sides, each with the part of some prefixes that is behind it."""
        for zone in self.zones if remote else ():
            there = self.behind[zone].of(remote)
            if there:
                yield Side(SideKind.REMOTE, zone), there

    def _bridged(self, selection: Selection, *, link_local: bool) -> Iterator[tuple[Side, tuple[Prefix, ...]]]:
        """The BRIDGE sides, each with the part of a selection on it, and with link-local senders if `link_local`.

        Link-local senders can reach only the host itself: `police` leaves them out of terms to other sides.
        """
        if selection.everyone or selection.literals:
            names = tuple(self.networks)
        else:
            names = tuple(n for n in (*selection.networks, *selection.guests) if n in self.networks)
        for name in sorted(names):
            own = self.networks[name]
            if selection.everyone or name in selection.networks:
                local = (LINK_LOCAL,) if link_local and Family.IPV6 in own else ()
                found = minimal((*own.values(), *local))
            else:
                parts = [p for prefix in own.values() for p in common(selection.literals, prefix)]
                found = minimal((*selection.guests.get(name, ()), *parts))
            if found:
                yield Side(SideKind.BRIDGE, name), found

    @property
    def carried(self) -> Iterator[str]:
        """Other hosts that lack an uplink in some zone of this host, and the networks of such hosts."""
        zones = frozenset(self.zones)
        return (name for name, near in self.near.items() if not zones <= near)

    def strangers(self, selection: Selection) -> Iterator[tuple[Side, tuple[Prefix, ...]]]:
        """The OUTSIDE sides, each with the part of a selection beyond the zone's uplinks and outside of the site."""
        literals = self._foreign(selection.literals)
        for zone in self.zones:
            whole = selection.everyone or zone in selection.outside
            if whole or literals:
                yield Side(SideKind.OUTSIDE, zone), _all() if whole else literals

    def _foreign(self, literals: tuple[Prefix, ...]) -> tuple[Prefix, ...]:
        """The literals that no prefix of the site contains."""
        return tuple(p for p in literals if not any(p in own for own in self.site))

    def others(self, selection: Selection, *, sender: bool, away: str = "") -> tuple[Prefix, ...]:
        """The part of a selection that belongs to the site but is not on this host.

        Args:
            selection: the selected objects. `any` as sender means everyone except the site's hosts.
            sender: True if the selection sends, False if it receives.
            away: a zone; hosts with an uplink in it are left out with their networks.
        """
        if not (self.remote or self.peers):
            return ()
        found: list[Prefix] = []
        touched = selection.networks.union(selection.guests, selection.hosts)
        everything_counts = selection.everyone or selection.literals
        for network in self.remote if everything_counts else touched.intersection(self.remote):
            if away and away in self.near[network]:
                continue
            prefixes = self.remote[network]
            if selection.everyone or network in selection.networks:
                found.extend(prefixes)
                continue
            for prefix in prefixes:
                found.extend(common((*selection.guests.get(network, ()), *selection.literals), prefix))
        for host in self.peers if everything_counts else touched.intersection(self.peers):
            prefixes = self.peers[host]
            if away and away in self.near[host]:
                continue
            if host in selection.hosts or (selection.everyone and not sender):
                found.extend(prefixes)
            elif selection.literals:
                found.extend(part for prefix in prefixes for part in common(selection.literals, prefix))
        return minimal(found)


def host_view(document: Document, host: str, equipment: Equipment, site: tuple[Prefix, ...]) -> HostView:
    """The sides of a host."""
    networks = _networks(equipment)
    zones = tuple(sorted({interface.zone for interface in outside(equipment)}))
    others = {h: tuple(a.prefix for a in host_addresses(document, h)) for h in sorted(document.hosts) if h != host}
    peers = {peer: addresses for peer, addresses in others.items() if addresses and zones}
    remote = _routed(document, equipment, networks)
    groups = (*remote.values(), *peers.values())
    remotes = interfaces_by_prefix(equipment).remotes(minimal(prefix for group in groups for prefix in group))
    behind, near = _behind(equipment, remotes), _near(document, remote, peers)
    return HostView(host, networks, zones, remote, peers, remotes, behind, near, site)


def _networks(equipment: Equipment) -> dict[str, dict[Family, Prefix]]:
    found: dict[str, dict[Family, Prefix]] = {}
    for interface in inside(equipment):
        found.setdefault(interface.network, {}).update((own.family, own.prefix) for own in interface.fixed)
    return found


def _behind(equipment: Equipment, remotes: Iterable[Remote]) -> dict[str, SiteBehindUplinks]:
    """For each zone, the part of the site that is behind the uplinks of the zone."""
    zone_of = {interface.device: interface.zone for interface in outside(equipment)}
    found: dict[str, list[Prefix]] = {zone: [] for zone in zone_of.values()}
    for remote in remotes:
        for zone in {zone_of[name] for name in remote.uplinks}:
            found[zone].append(remote.prefix)
    return {zone: SiteBehindUplinks(tuple(prefixes)) for zone, prefixes in found.items()}


def _near(document: Document, networks: Iterable[str], hosts: Iterable[str]) -> dict[str, frozenset[str]]:
    """The zones of the uplinks of each host, and for each network the zones of its host, if it has one."""
    zones = {name: frozenset(i.zone for i in host.outside.values()) for name, host in document.hosts.items()}
    at = {network: zones[name] for name, host in document.hosts.items() for network in host.networks}
    return {name: at.get(name, frozenset()) for name in networks} | {name: zones[name] for name in hosts}


def _routed(
    document: Document, equipment: Equipment, here: Mapping[str, Mapping[Family, Prefix]]
) -> dict[str, tuple[Prefix, ...]]:
    """Networks of other hosts that a static route covers, or that are public, so that the default route leads there."""
    found = {}
    devices = {interface.device for interface in outside(equipment)}
    routes = [route.to for route in equipment.routes if route.device in devices]
    for network in sorted(document.networks):
        if network in here:
            continue
        own = [p for family in FAMILIES if (p := own_of(document, network, family)) is not None]
        reached = [p for p in own if any(p in to for to in routes) or (devices and not any(p in x for x in PRIVATE))]
        if reached:
            found[network] = tuple(reached)
    return found


def _all() -> tuple[Prefix, ...]:
    return tuple(everything(family) for family in FAMILIES)


def split(prefixes: tuple[Prefix, ...], family: Family, *, to_self: bool) -> tuple[Prefix, ...]:
    """The prefixes of one family; the link-local prefix only if `to_self`."""
    return tuple(p for p in of_family(prefixes, family) if to_self or p != LINK_LOCAL)
