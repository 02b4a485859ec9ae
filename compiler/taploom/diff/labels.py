"""Names sets of addresses in the words of the spec.

A label is for people and may ignore details, such as the gateway's own address in "everybody on that network"; the
data has the exact set, too.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cached_property

from taploom.base.address import Address, Family, Prefix, in_family
from taploom.base.frozen import dataclass
from taploom.base.memo import memo
from taploom.diff.holders import mirrored
from taploom.diff.machineless import machineless
from taploom.diff.service_names import few, size_of
from taploom.flows.algebra.spans import Interval, Spans, common, holds, of_prefix, of_prefixes, united, without
from taploom.flows.packets.forwarding import OTHER, SELF
from taploom.flows.packets.learned import learned, real
from taploom.plan.interfaces import inside, outside
from taploom.plan.site import Plan

LINK_SENDERS = ((0, 0), of_prefix(Prefix(Family.IPV6, 0xFE80 << 112, 10)))


@dataclass(frozen=True)
class AddressLabels:
    """The names of one plan for addresses of one family; `other` is the plan that it is compared with."""

    plan: Plan
    family: Family
    other: Plan | None = None

    @cached_property
    def networks(self) -> tuple[tuple[str, Prefix], ...]:
        """Networks with their prefixes."""
        sides = ((n.name, in_family(n, self.family)) for n in self.plan.networks)
        return tuple((name, side.prefix) for name, side in sides if side)

    @cached_property
    def inner(self) -> Spans:
        """All networks as one set."""
        return united(of_prefix(prefix) for _, prefix in self.networks)

    @cached_property
    def guests(self) -> dict[str, list[tuple[int, str]]]:
        """Known addresses of guests by network, sorted."""
        found: dict[str, list[tuple[int, str]]] = {}
        for guest in self.plan.guests:
            for nic in guest.nics:
                side = in_family(nic, self.family)
                if side.address:
                    found.setdefault(nic.network, []).append((side.address.value, guest.name))
        return {network: sorted(known) for network, known in found.items()}

    @cached_property
    def _staying(self) -> dict[str, list[tuple[int, str]]]:
        """Guests at an address that the other plan has too; guests that appear or disappear are reported separately."""
        if self.other is None:
            return self.guests
        there = {value for known in AddressLabels(self.other, self.family).guests.values() for value, _ in known}
        return {network: [one for one in known if one[0] in there] for network, known in self.guests.items()}

    @memo
    def guest_in(self, spans: Spans) -> int | None:
        """The first known address of a guest in a set, in the order of the networks; None if there is none."""
        found = (_first(known, spans) for known in self.guests.values())
        return next((value for value in found if value is not None), None)

    @cached_property
    def taken(self) -> dict[str, Spans]:
        """The known addresses of guests by network, as sets."""
        return {network: united((value, value) for value, _ in known) for network, known in self.guests.items()}

    @cached_property
    def machineless(self) -> Spans:
        """Addresses that no machine has; a label mentions them only if a set has no others."""
        return machineless(self.plan, self.family)

    @cached_property
    def manifold(self) -> tuple[Spans, ...]:
        """The addresses of each guest that has several."""
        found: dict[str, list[Interval]] = {}
        for known in self.guests.values():
            for value, guest in known:
                found.setdefault(guest, []).append((value, value))
        return tuple(united(own) for own in found.values() if len(own) > 1)

    @cached_property
    def hosts(self) -> dict[int, str]:
        """Fixed addresses of hosts; for each host, addresses of `outside` interfaces come first."""
        found: dict[int, str] = {}
        for host in self.plan.hosts:
            for each in (*outside(host), *inside(host)):
                own = each.own(self.family)
                if own:
                    found[own.address.value] = host.name
        return found

    @cached_property
    def sets(self) -> tuple[tuple[str, Spans], ...]:
        """Named prefixes outside of the site."""
        known = ((one.name, of_prefixes(one.prefixes, self.family)) for one in self.plan.addresses)
        return tuple((name, without(spans, self.machineless) or spans) for name, spans in known if spans)

    @cached_property
    def beyond(self) -> Mapping[str, tuple[tuple[Spans, str], ...]]:
        """For each host, the prefixes of its uplinks and of routes through them, each with the zone of the uplink."""
        found = {}
        for host in self.plan.hosts:
            zones = {each.device: each.zone for each in outside(host)}
            links = [(own.prefix, each.zone) for each in outside(host) if (own := each.own(self.family))]
            routes = [(route.to, zones[route.device]) for route in host.routes if route.device in zones]
            known = ((prefix, zone) for prefix, zone in (*links, *routes) if prefix.family is self.family)
            found[host.name] = tuple(((of_prefix(prefix),), zone) for prefix, zone in known)
        return found

    @cached_property
    def zones(self) -> dict[tuple[str, str], str]:
        """The zone of each uplink, by host and device."""
        return {(host.name, each.device): each.zone for host in self.plan.hosts for each in outside(host)}

    def ends(self, spans: Spans, host: str, interface: str) -> tuple[str, ...]:
        """The names of a set of addresses.

        Args:
            spans: the addresses.
            host: the host that sees packets with the addresses.
            interface: the interface on which the host sees the addresses; "" if they may be anywhere.
        """
        return (f"host/{host}",) if interface == SELF else self._named_ends(spans, host, interface)

    @memo
    def _named_ends(self, spans: Spans, host: str, interface: str) -> tuple[str, ...]:
        spans = without(spans, self.machineless) or spans
        inside = self._insiders(spans)
        left = without(spans, self.inner)
        if inside and not self.zones.get((host, interface)):
            left = without(left, LINK_SENDERS)  # neighbours on a link send from link-local addresses, too
        return tuple(dict.fromkeys([*inside, *self._outside(left, host, interface)]))

    @memo
    def _insiders(self, spans: Spans) -> list[str]:
        return [*self._inside(spans)]

    def _inside(self, spans: Spans) -> Iterator[str]:
        for network, prefix, (first, last) in self._areas if spans else ():
            if spans[0][0] <= last and first <= spans[-1][1]:  # a cheap test that rules out most networks
                part = common(spans, ((first, last),))
                if part:
                    yield from self._of_network(network, prefix, part)

    @cached_property
    def _areas(self) -> list[tuple[str, Prefix, Interval]]:
        return [(network, prefix, of_prefix(prefix)) for network, prefix in self.networks]

    def _of_network(self, network: str, prefix: Prefix, part: Spans) -> Iterator[str]:
        whole = without((of_prefix(prefix),), self.machineless) or (of_prefix(prefix),)
        if size_of(part) * 2 > size_of(whole):
            missing = sorted(_among(self._staying.get(network, []), without((of_prefix(prefix),), part)))
            yield f"network/{network}" + (f" except {few([f'guest/{name}' for name in missing])}" if missing else "")
            return
        yield from (f"guest/{name}" for name in _among(self.guests.get(network, []), part))
        rest = without(part, self.taken.get(network, ()))
        own = united((value, value) for value, _ in self.hosts.items() if holds(part, value))
        yield from (f"host/{self.hosts[first]}" for first, _ in own)
        yield from _ranges(without(rest, own), self.family)

    def _outside(self, spans: Spans, host: str, interface: str) -> Iterator[str]:
        if any(learned(spans, self.family)):
            yield f"host/{host}"
            spans = real(spans, self.family)
        own = self.hosts_in(spans)
        if size_of(spans) * 4 > 1 << self.family.bits or (self.family is Family.IPV6 and size_of(spans) >> 120):
            sets = ((name, known) for name, known in self.sets if without(known, self.machineless))
            missing = [f"address/{name}" for name, known in sets if not common(known, spans)]
            place = self.zones.get((host, interface))
            base = f"zone/{place}" if place else "other interfaces" if interface == OTHER else "anybody"
            yield base + (f" except {few(missing)}" if missing else "")
            return
        yield from (f"host/{self.hosts[value]}" for value in own)
        left = without(spans, united((value, value) for value in own))
        yield from self._named(left, host)

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        """The addresses of hosts, sorted, each with its place in `hosts`."""
        return sorted((value, place) for place, value in enumerate(self.hosts))

    def hosts_in(self, spans: Spans) -> list[int]:
        """The addresses in a set that are addresses of hosts, in the order of `hosts`."""
        known = self._places
        found: list[tuple[int, int]] = []
        for first, last in spans:
            found += known[bisect_left(known, (first, -1)) : bisect_left(known, (last + 1, -1))]
        return [value for value, _ in sorted(found, key=lambda pair: pair[1])]

    @cached_property
    def mirrors(self) -> list[tuple[int, str]]:
        """Outside addresses of guests whose network has its prefix translated, sorted."""
        return sorted(mirrored(self.plan, self.family))

    def _named(self, left: Spans, host: str) -> Iterator[str]:
        """Names of the remaining addresses: guests (outside addresses), named prefixes, zones, else plain addresses."""
        found = _among(self.mirrors, left)
        yield from (f"guest/{name}" for name in found)
        left = without(left, united((value, value) for value, _ in self.mirrors)) if found else left
        for name, known in self.sets:
            if common(known, left) == known:
                yield f"address/{name}"
                left = without(left, known)
        for reach, zone in self.beyond.get(host, ()):
            part = common(left, reach)
            if part and size_of(part) > 1:
                yield f"zone/{zone}"
                left = without(left, part)
        yield from _ranges(left, self.family)


def _among(known: list[tuple[int, str]], spans: Spans) -> list[str]:
    """The names of guests whose address is in a set."""
    found: list[str] = []
    for first, last in spans:
        low = bisect_left(known, (first, ""))
        found += [name for _, name in known[low : bisect_left(known, (last + 1, ""))]]
    return found


def _first(known: list[tuple[int, str]], spans: Spans) -> int | None:
    """The smallest address of a network's guests in a set."""
    for at in range(bisect_left(spans, known[0][0], key=lambda span: span[1]), len(spans)):
        first, last = spans[at]
        if first > known[-1][0]:
            break
        value = known[bisect_left(known, (first, ""))][0]
        if value <= last:
            return value
    return None


def _ranges(spans: Spans, family: Family) -> Iterator[str]:
    for first, last in spans:
        start = str(Address(family, first))
        length = family.bits - (last - first + 1).bit_length() + 1
        if first == last:
            yield start
        elif 1 << (family.bits - length) == last - first + 1 and first % (last - first + 1) == 0:
            yield f"{start}/{length}"
        else:
            yield f"{start}-{Address(family, last)}"
