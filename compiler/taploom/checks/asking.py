"""Finds out whether policy lets guests of a network query a resolver, and if not, which denies forbid it."""

from collections.abc import Iterable, Iterator

from taploom.base.address import Address, in_family
from taploom.base.frozen import dataclass
from taploom.checks.exposure import meets
from taploom.flows.algebra.spans import Spans, common, of_prefixes, single, united, without
from taploom.flows.packets.forwarding import SELF, Forwarding
from taploom.plan.host import Fixed, Host, Input
from taploom.plan.interfaces import HostInterface, inside, outside, remote_behind
from taploom.plan.policy import Action, Service, Side, SideKind, Term

DNS = Service("udp", 53, 53)


@dataclass(frozen=True, slots=True)
class ResolverAccess:
    """The data of a host that decide whether guests may query a resolver.

    Attributes:
        published: addresses at which a forward of the site listens for DNS; queries to a forward need no policy entry.
        terms: for each network of guests, the terms that cover DNS and have not expired.
    """

    host: Host
    published: frozenset[Address]
    terms: dict[str, list[Term]]

    @classmethod
    def at(cls, host: Host, published: frozenset[Address], now: int) -> "ResolverAccess":
        """Collect the terms of a host."""
        found: dict[str, list[Term]] = {}
        for term in host.terms:
            lasting = term.expires is None or term.expires > now
            covers_dns = not term.services or any(meets(service, DNS) for service in term.services)
            if term.ingress.kind is SideKind.BRIDGE and lasting and covers_dns:
                found.setdefault(term.ingress.name, []).append(term)
        return cls(host, published, found)

    def closed(self, here: HostInterface, address: Address) -> tuple[str, ...] | None:
        """The denies that keep all guests of a bridge from querying an address; None if a guest may query it.

        The result is empty if no entry allows the query. If several uplinks may lead to the address, an allow towards a
        single uplink is enough.
        """
        own = here.own(address.family)
        if address in self.published:
            return None
        if own is None:
            return ()
        if own.address != address and address in own.prefix:
            return () if here.isolated else self._denies_of(here, address, [_on(here)], everybody=True)
        forwarding = Forwarding.of(self.host, address.family)
        egress = forwarding.egress(address.value)
        if egress == SELF:
            if here.serves_dns or self.host.input is Input.FOREIGN:
                return None
            return self._denies_of(here, address, [Side(SideKind.SELF)])
        return self._denies_of(here, address, self._sides(forwarding, egress, address))

    def _sides(self, forwarding: Forwarding, egress: str, address: Address) -> list[Side]:
        """The possible egresses of packets to an address; if no route leads to it, the egresses of all terms."""
        ways = [egress] if egress else list(forwarding.defaults)
        zones = sorted({uplink.zone for uplink in outside(self.host) if uplink.device in ways})
        found = [Side(self._kind(zone, address), zone) for zone in zones]
        found += [_on(here) for here in inside(self.host) if here.device in ways]
        return found or sorted({t.egress for terms in self.terms.values() for t in terms}, key=repr)

    def _kind(self, zone: str, address: Address) -> SideKind:
        there = remote_behind(self.host, zone)
        return SideKind.REMOTE if any(address in prefix for prefix in there) else SideKind.OUTSIDE

    def _denies_of(
        self, here: HostInterface, address: Address, sides: Iterable[Side], *, everybody: bool = False
    ) -> tuple[str, ...] | None:
        denies: dict[str, None] = {}
        for side in sides:
            terms = [t for t in self.terms.get(here.network, ()) if t.egress == side and _towards(t, address)]
            allowed = _senders(t for t in terms if t.action is Action.ALLOW)
            guests, denied = _guests(here, address), [t for t in terms if t.action is Action.DENY]
            allowed = guests if everybody else common(allowed, guests) or allowed
            if without(allowed, _senders(denied)):
                return None
            alone = [t.entry for t in denied if not without(allowed, _senders([t]))]
            denies |= dict.fromkeys(alone[:1] or (t.entry for t in denied) if allowed else ())
        return tuple(sorted(denies))


def published(hosts: Iterable[Host]) -> Iterator[Address]:
    """The fixed addresses of uplinks at which a forward of the site listens for DNS."""
    for host in hosts:
        dnat_entries = [
            dnat_entry
            for dnat_entry in host.dnat_entries
            if dnat_entry.protocol == DNS.protocol and dnat_entry.first <= DNS.first <= dnat_entry.last
        ]
        for uplink in outside(host):
            for dnat_entry in dnat_entries:
                side = in_family(uplink, dnat_entry.family)
                if uplink.device in dnat_entry.uplinks and isinstance(side, Fixed):
                    yield side.interface.address


def _on(here: HostInterface) -> Side:
    return Side(SideKind.BRIDGE, here.network)


def _towards(term: Term, address: Address) -> bool:
    return term.family is address.family and any(address in prefix for prefix in term.destinations)


def _senders(terms: Iterable[Term]) -> Spans:
    return united(span for term in terms for span in of_prefixes(term.sources, term.family))


def _guests(here: HostInterface, resolver: Address) -> Spans:
    """The addresses of a network's guests, without the resolver's; the whole prefix if some addresses are not known."""
    own, known = here.own(resolver.family), [in_family(port, resolver.family) for port in here.ports]
    if own is None:
        return ()
    if here.ports and None not in known:
        return united(single(a.value) for found in known for a in found or () if a != resolver)
    excluded = [single(own.address.value), single(resolver.value)]
    return without(of_prefixes((own.prefix,), own.family), united(excluded))
