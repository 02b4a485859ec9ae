"""Finds connections that a change does not close, but that a conntrack command for wider sets of addresses would end.

The sets of addresses in a change have gaps: the host's own address in a network, addresses that no machine can have,
and others. A command with a whole prefix is easier to read than one with the parts of the prefix, so it is preferred if
the plan allows no traffic of the addresses in the gaps.
"""

from collections.abc import Iterator
from functools import cached_property

from taploom.base.address import Family, in_family
from taploom.base.frozen import dataclass
from taploom.diff.labels import LINK_SENDERS
from taploom.flows.algebra.spans import Spans, common, of_prefix, of_prefixes, overlapping, single, united, without
from taploom.flows.packets.forwarding import Forwarding
from taploom.flows.proof.intent.essentials import never
from taploom.flows.proof.intent.services import ANYTHING, Traffic, all_traffic
from taploom.plan.host import Host, Input
from taploom.plan.interfaces import inside
from taploom.plan.policy import Action, Service, SideKind, Term
from taploom.plan.site import Plan


@dataclass(frozen=True)
class Bystanders:
    """The traffic that one host lets pass in one family, according to one plan.

    Attributes:
        gone: addresses of guests that the change removes; () for the plan after the change.
    """

    plan: Plan
    host: Host
    family: Family
    gone: Spans

    @cached_property
    def _forwarding(self) -> Forwarding:
        return Forwarding.of(self.host, self.family)

    @cached_property
    def own(self) -> Spans:
        """The destinations that the host delivers locally."""
        return self._forwarding.delivered

    @cached_property
    def fixed(self) -> Spans:
        """The addresses that the host is known to send from."""
        return united(single(own.value) for addresses in self._forwarding.addresses.values() for own in addresses)

    @property
    def learned(self) -> tuple[str, ...]:
        """The uplinks whose address is not known beforehand."""
        return tuple(self._forwarding.learned)

    def at(self, uplink: str) -> Spans:
        """An uplink's addresses; a value above the last address stands for a learned one (`Forwarding.learned`)."""
        return self._forwarding.own_at(uplink)

    @cached_property
    def _networks(self) -> dict[str, Spans]:
        sides = ((n.name, in_family(n, self.family)) for n in self.plan.networks)
        return {name: (of_prefix(side.prefix),) for name, side in sides if side}

    @cached_property
    def _inner(self) -> Spans:
        return united(span for spans in self._networks.values() for span in spans)

    @cached_property
    def unheld(self) -> Spans:
        """Addresses without a holder, and `gone`: no connection from or to such an address continues."""
        ends = (single(end) for spans in self._networks.values() for span in spans for end in span)
        known = (*never(self.family), *LINK_SENDERS, *self._forwarding.broadcast, *self.gone)
        return united([*known, *(ends if self.family is Family.IPV4 else ())])

    @cached_property
    def unheld_sources(self) -> Spans:
        """`unheld`, and the host's addresses on its networks, from which the host sends on these networks only."""
        known = (each.own(self.family) for each in inside(self.host))
        return united([*self.unheld, *(single(own.address.value) for own in known if own)])

    def blocks(self, sources: Spans, destinations: Spans, traffic: tuple[Traffic, ...]) -> bool:
        """Whether the plan lets no untranslated packet of this traffic pass."""
        sources, destinations = without(sources, self.unheld), without(destinations, self.unheld)
        if not sources or not destinations:
            return True
        itself = overlapping(sources, without(self.fixed, self.unheld_sources)) or (
            self.learned and wide(sources, self.family)
        )
        if itself:  # a host's own packets are never blocked
            return False
        here = common(destinations, self.own)
        if here and (self.host.input is Input.FOREIGN or ANYTHING in traffic):
            return False
        let_in = (*self._terms(sources, destinations), *self._dnat_entries(sources, destinations))
        return not any(_meet(all_traffic(services, self.family), traffic) for services in let_in)

    def _terms(self, sources: Spans, destinations: Spans) -> Iterator[tuple[Service, ...] | None]:
        """The services that policy allows between any of these addresses; None for all."""
        for term in self.host.terms:
            if term.family is self.family and term.action is Action.ALLOW:
                senders = common(of_prefixes(term.sources, self.family), sources)
                if senders and common(self._goals(term), destinations):
                    yield term.services or None

    def _dnat_entries(self, sources: Spans, destinations: Spans) -> Iterator[tuple[Service, ...]]:
        """The services that forwards let in from any of these sources to any of these destinations."""
        for dnat_entry in self.host.dnat_entries:
            if dnat_entry.family is self.family:
                at = united(span for uplink in dnat_entry.uplinks for span in self._forwarding.own_at(uplink))
                everybody = dnat_entry.sources is None or bool(dnat_entry.outside)
                if common(at, destinations) and (
                    everybody or common(of_prefixes(dnat_entry.sources or (), self.family), sources)
                ):
                    yield (Service(dnat_entry.protocol, dnat_entry.first, dnat_entry.last),)

    def _goals(self, term: Term) -> Spans:
        """The destinations of a term that lie on its egress side."""
        meant = of_prefixes(term.destinations, self.family)
        match term.egress.kind:
            case SideKind.SELF:
                return common(meant, self.own)
            case SideKind.BRIDGE:
                return without(common(meant, self._networks.get(term.egress.name, ())), self.own)
            case SideKind.OUTSIDE:
                return without(meant, united([*self._inner, *self.own]))
            case _:
                return without(meant, self.own)


def wide(spans: Spans, family: Family) -> bool:
    """Whether a set holds most addresses of a family, so that an unknown address is assumed to be in it."""
    return sum(last - first + 1 for first, last in spans) << 1 > 1 << family.bits


def _meet(one: tuple[Traffic, ...], other: tuple[Traffic, ...]) -> bool:
    """Whether two sets of services have anything in common."""
    return any(_both(a, c) and _both(b, d) for a, b in one for c, d in other)


def _both(one: Spans | None, other: Spans | None) -> bool:
    return one is None or other is None or overlapping(one, other)
