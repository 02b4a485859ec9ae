"""Finds the owner of every address of a running site, and the routes by which hosts send to it.

This module reads the plan and the addresses of the running site, but uses no code of the backends, so that its answers
can be compared with the behaviour of the kernel.
"""

from collections.abc import Iterator

from taploom.base.address import Address, Family, Prefix, everything, in_family
from taploom.base.frozen import dataclass
from taploom.lab.ground import Ground
from taploom.lab.outside import Beyond, given_to
from taploom.plan.guest import Guest, Nic
from taploom.plan.host import Fixed, Host, Learned
from taploom.plan.interfaces import HostInterface, inside, outside
from taploom.plan.policy import DnatEntry, NatKind
from taploom.plan.site import Plan

_METRIC = {Family.IPV4: 0, Family.IPV6: 1024}
"""Metric of a route without a configured metric; for IPv6 the kernel's default (IP6_RT_PRIO_USER)."""
_ON_LINK = {Family.IPV4: 0, Family.IPV6: 256}
"""Metric of the kernel's own routes to links; for IPv6 IP6_RT_PRIO_ADDRCONF."""
_LEARNED = 1024
"""Metric of routes by DHCP and RA (systemd.network(5), RouteMetric=)."""


class UnclearError(Exception):
    """The error for a packet whose outcome a probe would not show; the message is the reason, without addresses."""


class NowhereError(Exception):
    """The error for a packet that no machine sends, or to whose destination no route leads; it is not probed."""


@dataclass(frozen=True, slots=True)
class EgressRoute:
    """The route of a packet: by a bridge, by an uplink, or without an interface for packets to the host itself.

    Attributes:
        network: the bridge to the network of the destination, or None.
        uplink: the uplink by which the packet leaves, or None.
        via: next hop; None if the destination is on the link.
    """

    network: HostInterface | None = None
    uplink: HostInterface | None = None
    via: Address | None = None


class Atlas:
    """The look-ups by address in one running site."""

    def __init__(self, plan: Plan, ground: Ground, beyond: dict[str, Beyond]) -> None:
        self.plan = plan
        self.ground = ground
        self.beyond = beyond
        self.hosts = {host.name: host for host in plan.hosts}
        self.guests = {guest.name: guest for guest in plan.guests}
        self.zone_addresses = {zone: {a for a, _ in found.addresses} for zone, found in beyond.items()}
        self._links = {m: link for found in beyond.values() for link in found.links for m in link.uplinks}
        self._nics = {
            (network, address): (self.guests[guest], self._nic(guest, network))
            for (guest, network, _), address in ground.nics.items()
        }
        self._local = {host.name: frozenset(self._own(host)) for host in plan.hosts}
        self._known = {host.name: tuple(self._of_plan(host)) for host in plan.hosts}
        self._routes = {host.name: (*self._known[host.name], *self._others(host)) for host in plan.hosts}
        self._ways: dict[tuple[str, Address], EgressRoute] = {}
        self._at: dict[tuple[str, Address], tuple[Host, HostInterface]] = {
            (uplink.zone, address): (host, uplink)
            for host in plan.hosts
            for uplink in outside(host)
            for (name, at, _), address in ground.uplinks.items()
            if (name, at) == (host.name, uplink.device)
        }
        self._homes: dict[tuple[str, Address], tuple[Host, HostInterface] | None] = {}

    def _nic(self, guest: str, network: str) -> Nic:
        return next(nic for nic in self.guests[guest].nics if nic.network == network)

    def _own(self, host: Host) -> Iterator[Address]:
        yield from (own.address for each in inside(host) for own in each.fixed)
        yield from (a for (name, _, _), a in self.ground.uplinks.items() if name == host.name)

    def is_local(self, host: Host, address: Address) -> bool:
        """Whether an address is the host's own."""
        return address in self._local[host.name]

    def uplink_address(self, host: Host, uplink: str, family: Family) -> Address | None:
        """The configured or learned address of an uplink."""
        return self.ground.uplinks.get((host.name, uplink, family))

    def uplink_at(self, zone: str, address: Address) -> tuple[Host, HostInterface] | None:
        """The host and the uplink that have an address in a zone."""
        return self._at.get((zone, address))

    def neighbor(self, way: EgressRoute, to: Address) -> tuple[Host, HostInterface] | None:
        """The next host of a packet that leaves by an uplink, and the uplink by which the packet enters that host."""
        zone = way.uplink.zone if way.uplink else ""
        return self.uplink_at(zone, way.via or to) or self.uplink_at(zone, to)

    def listens(self, host: Host, dnat_entry: DnatEntry, by: HostInterface | None, to: Address) -> bool:
        """Whether a forward listens at an address, for packets from an interface, or from the host itself (None).

        If the address is not in the spec, a rule can determine only whether the ingress uplink of a packet has it. So
        a forward at such an address also listens at the unknown addresses of all other uplinks.
        """
        for uplink in outside(host):
            if self.uplink_address(host, uplink.device, dnat_entry.family) == to:
                others = (u for u in outside(host) if u.device in dnat_entry.uplinks and u is not by)
                hidden = uplink is not by and _dynamic(uplink, dnat_entry.family)
                if uplink.device in dnat_entry.uplinks or (
                    hidden and any(_dynamic(u, dnat_entry.family) for u in others)
                ):
                    return True
        return False

    def answers(self, address: Address, network: Prefix, zone: str) -> bool:
        """Whether an address is the fixed address of a host with a configured route to a network through a zone.

        The host must also accept all sources of the network at the uplinks where packets to this address arrive.
        """
        for host in self.plan.hosts:
            fixed = {own.address: each for each in outside(host) for own in each.fixed}
            near = [uplink for uplink in outside(host) if uplink.zone == zone]
            back = (r for r in host.routes if r.to.length and network in r.to)
            if address in fixed and any(r.device == uplink.device for r in back for uplink in near):
                there = [fixed[address]] if fixed[address] in near else near
                inner = [p for p, _, _ in self._routes[host.name] if p in network]
                edges = {network.first, *(p.first for p in inner), *(p.last + 1 for p in inner)}
                return all(any(self.accepts_source(host, u, a) for u in there) for a in edges if a in network)
        return False

    def guest_at(self, network: str, address: Address) -> tuple[Guest, Nic] | None:
        """The guest and the NIC that have an address in a network."""
        return self._nics.get((network, address))

    def home(self, zone: str, address: Address) -> tuple[Host, HostInterface] | None:
        """The host to which a zone's world routes an address of the site, and the receiving uplink.

        Addresses of the host's other uplinks are included, as a client behind a VPN may use a service there.
        """
        if (zone, address) not in self._homes:
            self._homes[zone, address] = self._home(zone, address)
        return self._homes[zone, address]

    def _home(self, zone: str, address: Address) -> tuple[Host, HostInterface] | None:
        for host in self.plan.hosts:
            mirrored = [n.uplink for n in host.nat if n.kind is NatKind.PREFIX and n.to is not None and address in n.to]
            here = any(address in own.prefix for each in inside(host) for own in each.fixed)
            here = here or self.is_local(host, address)
            for uplink in outside(host):
                reached = self.uplink_address(host, uplink.device, address.family) and uplink.zone == zone
                if reached and (here or uplink.device in mirrored):
                    return host, uplink
        return None

    def entrance(self, zone: str, to: Address) -> tuple[Host, HostInterface] | None:
        """The host to which a zone's world sends packets for an address, and the receiving uplink."""
        return self.uplink_at(zone, to) or self.home(zone, to) or self.carrier(zone, to)

    def carrier(self, zone: str, to: Address) -> tuple[Host, HostInterface] | None:
        """The host to which a zone's world sends packets for another zone's world, and the receiving uplink.

        It is the first host that has an address in this zone and that sends to `to` through the other zone.
        """
        if to in self.zone_addresses[zone]:
            return None
        for host in self.plan.hosts:
            for uplink in outside(host):
                if uplink.zone == zone and self.uplink_address(host, uplink.device, to.family):
                    there = self._zone_of(host, to)
                    if there not in ("", zone) and to in self.zone_addresses[there]:
                        return host, uplink
        return None

    def _zone_of(self, host: Host, to: Address) -> str:
        """The zone through which a host sends to an address; "" if no uplink, or several uplinks, lead there."""
        try:
            uplink = self.way(host, to).uplink
        except (NowhereError, UnclearError):
            return ""
        return uplink.zone if uplink else ""

    def way(self, host: Host, to: Address) -> EgressRoute:
        """The route by which a host sends to an address: by longest prefix, then by metric.

        Raises:
            NowhereError: No route leads to the address.
            UnclearError: Several routes are equally good.
        """
        found = self._ways.get((host.name, to))
        if found is None:
            found = self._ways[host.name, to] = self._way(host, to)
        return found

    def leads_to(self, host: Host, address: Address) -> bool:
        """Whether a host has a route to an address, or has the address itself."""
        return self.is_local(host, address) or any(address in prefix for prefix, _, _ in self._routes[host.name])

    def accepts_source(self, host: Host, uplink: HostInterface, sender: Address) -> bool:
        """Whether an uplink accepts packets from a source address, by the links and routes in the plan.

        All routes with the longest matching prefix count, whatever their metrics. If only default routes, or links
        that DHCP or others configure, lead to the address, every uplink accepts it; without any route, no uplink does.
        """
        known = [(p.length, way) for p, _, way in self._known[host.name] if p.length and sender in p]
        longest = max((length for length, _ in known), default=0)
        if not longest:
            return any(sender in prefix for prefix, _, _ in self._routes[host.name])
        return uplink in [way.uplink for length, way in known if length == longest]

    def _way(self, host: Host, to: Address) -> EgressRoute:
        if self.is_local(host, to):
            return EgressRoute()
        found = [(-prefix.length, metric, way) for prefix, metric, way in self._routes[host.name] if to in prefix]
        if not found:
            raise NowhereError(f"{host.name} has no route to {to}")
        best = min(entry[:2] for entry in found)
        ways = [way for *rank, way in found if tuple(rank) == best]
        if len(ways) > 1:
            raise UnclearError(f"{host.name} has several equal routes")
        return ways[0]

    def _of_plan(self, host: Host) -> Iterator[tuple[Prefix, int, EgressRoute]]:
        """The routes to links, and the static routes, that are in the plan."""
        for here in inside(host):
            yield from ((own.prefix, _ON_LINK[own.family], EgressRoute(here)) for own in here.fixed)
        by_name = {uplink.device: uplink for uplink in outside(host)}
        for uplink in outside(host):
            yield from ((own.prefix, _ON_LINK[own.family], EgressRoute(None, uplink)) for own in uplink.fixed)
        for route in host.routes:
            if route.device in by_name:
                yield (
                    route.to,
                    route.metric or _METRIC[route.to.family],
                    EgressRoute(None, by_name[route.device], route.via),
                )

    def _others(self, host: Host) -> Iterator[tuple[Prefix, int, EgressRoute]]:
        """Default routes by gateways, and routes from DHCP, router advertisements and the lab."""
        for uplink in outside(host):
            yield from self._of_uplink(host, uplink)
        by_name = {uplink.device: uplink for uplink in outside(host)}
        for name, link, metric in given_to(self.beyond.values(), host.name):
            for own in link.given:
                yield own.prefix, 0, EgressRoute(None, by_name[name])
                yield everything(own.family), metric, EgressRoute(None, by_name[name], link.router(own.family))

    def _of_uplink(self, host: Host, uplink: HostInterface) -> Iterator[tuple[Prefix, int, EgressRoute]]:
        link = self._links[host.name, uplink.device]
        for side, served in ((uplink.ipv4, link.dhcp), (uplink.ipv6, link.ra)):
            if isinstance(side, Fixed):
                if side.next_hop:
                    family = side.next_hop.family
                    yield everything(family), uplink.metric or _METRIC[family], EgressRoute(None, uplink, side.next_hop)
            elif isinstance(side, Learned) and served:
                yield served.prefix, 0, EgressRoute(None, uplink)
            if served and (isinstance(side, Learned) or (side and isinstance(side.gateway, Learned))):
                yield everything(served.family), uplink.metric or _LEARNED, EgressRoute(None, uplink, served.address)


def _dynamic(uplink: HostInterface, family: Family) -> bool:
    """Whether the address of an uplink is not in the spec."""
    side = in_family(uplink, family)
    return isinstance(side, Learned) or not uplink.configured
