"""The kernel's routing decisions about packets: local delivery, and the egress interface.

The decisions follow from the plan's addresses and routes, for one family. The proof composes intent and ruleset over
the same routes, so this module depends on neither. Packets that match only a default route have a separate map
for each interface that may have this route: uplinks, and an interface that the spec does not contain (`OTHER`, such as
a VPN).
"""

from bisect import bisect_left
from collections.abc import Mapping
from functools import cached_property

from taploom.base.address import Address, Family, Interface, Prefix, in_family
from taploom.base.frozen import dataclass
from taploom.base.memo import memo
from taploom.flows.algebra.spans import Interval, Spans, common, complement, of_prefix, single, united, without
from taploom.flows.packets.defaults import ON_LINK, preferred, route_metric
from taploom.flows.packets.learned import every, numbered, real
from taploom.plan.host import Fixed, Host, Learned
from taploom.plan.interfaces import HostInterface, interfaces, outside

SELF, OTHER = "self/", "other/"
"""Names for the host itself and for an interface that the spec does not contain; no real interface has such a name."""

_MULTICAST = {Family.IPV4: Prefix(Family.IPV4, 224 << 24, 4), Family.IPV6: Prefix(Family.IPV6, 0xFF << 120, 8)}
_LOOPBACK = {Family.IPV4: Prefix(Family.IPV4, 127 << 24, 8), Family.IPV6: Prefix(Family.IPV6, 1, 128)}
_LINK = Prefix(Family.IPV6, 0xFE80 << 112, 10)
_LIMITED = (1 << 32) - 1


def asked_for(interface: HostInterface, family: Family) -> bool:
    """Whether only the host's kernel knows the address of an interface, as taploom does not configure the address."""
    return isinstance(in_family(interface, family), Learned) or not interface.configured


def multicast(family: Family) -> Spans:
    """The multicast addresses of a family (RFC 5771, RFC 4291)."""
    return (of_prefix(_MULTICAST[family]),)


@dataclass(frozen=True)
class Forwarding:
    """The routing decisions of one host in one family.

    Attributes:
        learned: for each interface whose address only the kernel knows (see `asked_for`), a number that stands for this
            address (see `packets/learned.py`).
    """

    host: Host
    family: Family
    learned: Mapping[str, int]

    @classmethod
    def of(cls, host: Host, family: Family) -> "Forwarding":
        """The forwarding of a host in a family."""
        names = [each.device for each in outside(host) if asked_for(each, family)]
        return cls(host, family, numbered(names, family))

    @property
    def size(self) -> int:
        """Number of destinations, including the learned addresses."""
        return (1 << self.family.bits) + len(self.learned)

    @cached_property
    def addresses(self) -> Mapping[str, tuple[Address, ...]]:
        """The fixed addresses of each of the host's interfaces."""
        return {device: (own.address,) for device, own in self._links.items()}

    @cached_property
    def own(self) -> Spans:
        """All addresses of the host, with all of fe80::/10 because the host's link-local addresses are not known."""
        fixed = [single(a.value) for found in self.addresses.values() for a in found]
        learned = [single(value) for value in self.learned.values()]
        link = [of_prefix(_LINK)] if self.family is Family.IPV6 else []
        return united([*fixed, *learned, *link, of_prefix(_LOOPBACK[self.family])])

    def own_at(self, device: str) -> Spans:
        """The addresses of one interface, as a set."""
        fixed = [single(a.value) for a in self.addresses.get(device, ())]
        learned = [single(self.learned[device])] if device in self.learned else []
        link = [of_prefix(_LINK)] if self.family is Family.IPV6 else []
        return united([*fixed, *learned, *link])

    @property
    def multicast(self) -> Spans:
        """The multicast addresses of the family."""
        return multicast(self.family)

    @cached_property
    def broadcast(self) -> Spans:
        """The broadcast addresses of the host's links, and the limited broadcast address (RFC 922); IPv6 has none."""
        if self.family is Family.IPV6:
            return ()
        lasts = [i.prefix.last.value for i in self._links.values() if i.length < 31]
        return united([(_LIMITED, _LIMITED), *map(single, lasts)])

    @cached_property
    def delivered(self) -> Spans:
        """The destinations of packets that the host delivers locally.

        They include the subnet-router anycast address of each link (RFC 4291, 2.6.1). A /127 or /128 has
        no anycast address, because each of its addresses is that of an interface (RFC 6164, 6.1;
        `addrconf_join_anycast` of Linux).
        """
        links = self._links.values() if self.family is Family.IPV6 else ()
        anycast = [single(i.prefix.value) for i in links if i.length < self.family.bits - 1]
        return united([*self.own, *self.multicast, *self.broadcast, *anycast])

    @cached_property
    def _links(self) -> Mapping[str, Interface]:
        return {each.device: own for each in interfaces(self.host) if (own := each.own(self.family))}

    @cached_property
    def paths(self) -> tuple[tuple[Interval, tuple[str, ...]], ...]:
        """For each interval of addresses, the interfaces of the routes with the longest prefix, the best metric first.

        The tuple of interfaces is empty if only default routes, or no routes, lead to the addresses.
        """
        links = [(i.prefix, ON_LINK[self.family], device) for device, i in self._links.items()]
        routes = [(r.to, route_metric(r), r.device) for r in self.host.routes if r.to.family is self.family]
        ways: dict[Prefix, list[str]] = {}
        for prefix, _, device in sorted([*links, *routes], key=lambda route: (-route[0].length, route[1])):
            if prefix.length and device:
                ways.setdefault(prefix, []).append(device)
        left = every(self.family)
        found: list[tuple[Interval, tuple[str, ...]]] = []
        for prefix, devices in ways.items():
            taken = common((of_prefix(prefix),), left)
            found += ((span, tuple(devices)) for span in taken)
            left = without(left, taken)
        return tuple(sorted([*found, *((span, ()) for span in left)]))

    def astray(self, device: str) -> Spans:
        """Sources that an uplink must not accept: a link or route leads to them, but not through this uplink.

        All routes to one prefix count (RFC 3704, 2.3), as packets from the sender may arrive by any of these routes.
        """
        if device not in self._astray:
            self._astray[device] = united(span for span, by in self.paths if by and device not in by)
        return self._astray[device]

    @cached_property
    def _astray(self) -> dict[str, Spans]:
        return {}

    @cached_property
    def routes(self) -> tuple[tuple[Interval, str], ...]:
        """For each interval of addresses, the egress interface; "" if at most default routes lead there."""
        return tuple((span, devices[0] if devices else "") for span, devices in self.paths)

    @cached_property
    def defaults(self) -> tuple[str, ...]:
        """The interfaces that may have a default route: from DHCP or RA, by a gateway, or by a route in the spec.

        Interfaces that taploom does not configure are included, as they may have routes to any destination.
        """
        named = {r.device for r in self.host.routes if r.to.family is self.family and not r.to.length}
        return tuple(
            each.device
            for each in outside(self.host)
            if asked_for(each, self.family)
            or (isinstance(a := in_family(each, self.family), Fixed) and a.gateway)
            or each.device in named
        )

    @cached_property
    def unreachable(self) -> Spans:
        """The destinations to which the host has no route, except its own learned addresses."""
        return () if self.defaults else united(span for span, by in self.partition if not by)

    @cached_property
    def preferred(self) -> tuple[str, ...]:
        """The uplinks whose default route the kernel uses; several if their routes have equal metrics."""
        return preferred(self.host, self.family)

    @property
    def ways(self) -> tuple[str, ...]:
        """The possible egress interfaces of packets that match only a default route."""
        return (*self.defaults, OTHER)

    @cached_property
    def partition(self) -> tuple[tuple[Interval, str], ...]:
        """The egress of each interval of destinations, sorted: `SELF`, an interface, or "" (default route or none)."""
        found: list[tuple[Interval, str]] = []
        for span, device in self.routes:
            found += ((part, SELF) for part in common((span,), self.delivered))
            found += ((part, device) for part in without((span,), self.delivered))
        found += (((value, value), SELF) for value in self.learned.values())
        return tuple(sorted(found))

    @cached_property
    def parts(self) -> Mapping[str, list[Interval]]:
        """The destinations of each egress, as in `partition`."""
        found: dict[str, list[Interval]] = {}
        for span, egress in self.partition:
            found.setdefault(egress, []).append(span)
        return found

    def egress(self, value: int) -> str:
        """The egress of one destination, as in `partition`."""
        at = bisect_left(self.partition, value, key=lambda part: part[0][1])
        return self.partition[at][1]

    def back(self, device: str) -> Spans:
        """The sources to which the host would reply by an interface (strict reverse path; RFC 3704, 2.2)."""
        default = device in self.defaults
        found = (span for span, by in self.routes if by == device or (not by and default))
        return without(united(found), self._unanswerable)

    @cached_property
    def reachable(self) -> Spans:
        """The sources to which the host could reply by any interface (loose reverse path; RFC 3704, 2.4)."""
        found = (span for span, by in self.routes if by or self.defaults)
        return without(united(found), self._unanswerable)

    @cached_property
    def _unanswerable(self) -> Spans:
        """Sources for which `fib saddr oif` finds no interface: the host's own addresses, broadcast and multicast."""
        return real(united([*self.own, *self.broadcast, *self.multicast]), self.family)

    @memo
    def missing(self, device: str | None) -> Spans:
        """The sources to which the host has no route back through an interface; for None, through no interface."""
        known = self.reachable if device is None else self.back(device)
        return complement(known, 1 << self.family.bits)
