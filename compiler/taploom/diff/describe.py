"""Describes packets that two revisions treat differently: in words, as an example packet and as exact data."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from taploom.base.address import Family
from taploom.base.frozen import dataclass
from taploom.base.memo import memo
from taploom.diff.labels import AddressLabels
from taploom.diff.packet_sets import PacketSet
from taploom.diff.relation import ABSENT, HostPair
from taploom.diff.sampling import Sampler
from taploom.diff.service_names import services_of
from taploom.diff.verdicts import Disposition, Region, VerdictChange
from taploom.flows.algebra.spans import Spans, common, of_prefix, united, without
from taploom.flows.packets.answer import ELSEWHERE, Answer
from taploom.flows.packets.forwarding import SELF
from taploom.flows.packets.learned import learned, real
from taploom.flows.proof.packet_path import MapContext
from taploom.plan.host import Host
from taploom.plan.interfaces import outside
from taploom.plan.policy import SideKind


class FlowWords(NamedTuple):
    """The words for one part of a difference; parts with equal words become one change."""

    change: VerdictChange
    exposed: bool
    inherited: bool
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    services: tuple[str, ...]
    before: Disposition
    after: Disposition
    readdressed: bool = False


@dataclass(frozen=True)
class Describer:
    """Puts parts of one context into words."""

    pair: HostPair
    context: MapContext
    names: tuple[AddressLabels, AddressLabels]

    @property
    def host(self) -> Host:
        """The deciding host as in the head, or as in the base if the head has no such host."""
        known = self.pair.hosts[1] or self.pair.hosts[0]
        assert known is not None
        return known

    @cached_property
    def sampler(self) -> Sampler:
        """The sampler that picks example packets."""
        return Sampler(self.pair, self.context, self.host, self.names)

    def sent(self, part: PacketSet, before: Answer, after: Answer) -> PacketSet | None:
        """The part of a difference that can appear on a network; None if there is none.

        Packets that a guest with several addresses sends to itself are cut out, since they never leave it. They are
        kept if the host translates them, or if both ends include other addresses, too. Packets of the host itself
        must have one of its own addresses as source, unless some addresses of the host are learned.
        """
        forwarding = self.pair.forwardings[side_of(after)]
        if (
            self.context.ingress == SELF
            and forwarding
            and not forwarding.learned
            and not common(part.sources, forwarding.own)
        ):
            return None
        if before.destination or after.destination:
            return part
        for own in self.names[side_of(after)].manifold:
            to_itself = common(part.destinations, own)
            if to_itself and not without(part.sources, own):
                part = part._replace(destinations=without(part.destinations, to_itself))
            elif to_itself == part.destinations:
                part = part._replace(sources=without(part.sources, own))
        return part if part.sources and part.destinations else None

    def words(self, part: PacketSet, before: Answer, after: Answer) -> FlowWords:
        """The part in words."""
        side = side_of(after)
        answers = (before, after)
        change = VerdictChange.REDECIDED
        if before.verdict != "allow" or after.verdict != "allow":
            change = VerdictChange.ALLOWED if after.verdict == "allow" else VerdictChange.BLOCKED
        rewriting = change is VerdictChange.REDECIDED and before.source != after.source
        old, new = self._outcome(before, 0, rewriting=rewriting), self._outcome(after, 1, rewriting=rewriting)
        if _ports(before) != _ports(after) and old.to and new.to:
            old, new = (replace(one, port=_port(part, its)) for one, its in ((old, before), (new, after)))
        goal = 0 if change is VerdictChange.BLOCKED and old.to else side  # names the guest that is no longer reached
        inherited = bool({before.verdict, after.verdict} - {"allow", "drop"}) or old == new
        sources = self.names[side].ends(part.sources, self.host.name, self.context.ingress)
        destinations = self._destinations(part, answers[goal], goal)
        return FlowWords(
            change,
            self._exposes(part, before, after),
            inherited,
            _without_self(sources, destinations),
            _without_self(destinations, sources),
            services_of(part.services),
            old,
            new,
            old == new,
        )

    def _exposes(self, part: PacketSet, before: Answer, after: Answer) -> bool:
        """Whether an entry now lets these packets from outside reach something that they did not reach before."""
        if after.verdict != "allow" or not after.by.startswith(("policy/", "forward/")) or not self._outside(part):
            return False
        return self._leads(before, after) if before.verdict == "allow" else self._opens(before, after)

    def _opens(self, before: Answer, after: Answer) -> bool:
        """Whether an entry lets in more traffic than before; a new destination address alone does not count."""
        old, new = self.pair.hosts
        if before.verdict in ("allow", "drop") or old is None or new is None:
            return True
        ways = [set(_ways(host, after.by, self.pair.family)) for host in (old, new)]
        return not ways[1] or not ways[1] <= ways[0]

    def _leads(self, before: Answer, after: Answer) -> bool:
        """Whether packets that passed before now reach another guest, the host itself, or another port."""
        old, new = self._target(before, 0), self._target(after, 1)
        return (self.pair.sites.names.get(old, old), _ports(before)) != (new, _ports(after))

    def _outside(self, part: PacketSet) -> bool:
        """Whether these packets may come from outside the site."""
        if self.context.ingress not in {each.device for each in outside(self.host)}:
            return False
        return self._has_outsiders(part.sources)

    @memo
    def _has_outsiders(self, sources: Spans) -> bool:
        return bool(without(sources, self._insiders))

    @cached_property
    def _insiders(self) -> Spans:
        """The addresses of the site's networks and hosts."""
        networks = (of_prefix(prefix) for _, prefix in self.names[1].networks)
        return united([*networks, *((value, value) for value in self.names[1].hosts)])

    def _destinations(self, part: PacketSet, answer: Answer, side: int) -> tuple[str, ...]:
        target = self._target(answer, side)
        return (target,) if target else self._named(part.destinations, side)

    @memo
    def _named(self, destinations: Spans, side: int) -> tuple[str, ...]:
        forwarding = self.pair.forwardings[side]
        if forwarding and destinations and not without(destinations, forwarding.delivered):
            return (f"host/{self.host.name}",)
        return self.names[side].ends(destinations, self.host.name, self.context.way or "")

    def _target(self, answer: Answer, side: int) -> str:
        if answer.destination is None or answer.destination.address is None:
            return ""
        value = answer.destination.address
        return self.names[side].ends(((value, value),), self.host.name, "")[0]

    def _outcome(self, answer: Answer, side: int, *, rewriting: bool) -> Disposition:
        """The outcome on one side; it includes source translation only if the sides differ in that (`rewriting`)."""
        if answer == ABSENT:
            return Disposition("absent", "")
        source = answer.source.kind if answer.source and rewriting else ""
        return Disposition(answer.verdict, answer.by, self._target(answer, side), source, bool(answer.limited))

    def via(self, part: PacketSet, before: Answer, after: Answer) -> tuple[str, ...]:
        """The outside addresses of translated packets."""
        if after.destination is None and before.destination is None:
            return ()
        family = self.pair.family
        known = [first for first, last in real(part.destinations, family) if first == last]
        return tuple(self.sampler.address(value) for value in (*known, *learned(part.destinations, family)))

    def region(self, part: PacketSet, before: Answer, after: Answer) -> Region:
        """The part as exact data."""
        sizes = self.pair.manager.sizes
        return Region(
            self.host.name,
            self.pair.family,
            self.context.ingress,
            self.context.way or "",
            part.destinations,
            tuple((_whole(protocols, 256), _whole(ports, 65536)) for protocols, ports in part.services),
            part.sources,
            _whole(part.sender_ports, 65536),
            _whole(part.hop_limits, 256),
            _whole(part.times, sizes[-1]),
            before.source.kind if before.source else "",
            after.source.kind if after.source else "",
            before.destination.address if before.destination else None,
            self._uplinks(part.destinations),
        )

    def _uplinks(self, destinations: Spans) -> tuple[str, ...]:
        """The uplinks whose learned address is in a set."""
        numbers = {number: name for name, number in self.pair.learned.items()}
        return tuple(sorted(numbers[value] for value in learned(destinations, self.pair.family)))


def _without_self(names: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """The names without ` except NAME` if NAME is the single name at the other end: no guest talks to itself."""
    return tuple(name.removesuffix(f" except {others[0]}") for name in names) if len(others) == 1 else names


def side_of(after: Answer) -> int:
    """The revision whose names describe a difference: the old (0) if the flow is gone or rerouted, else the new (1)."""
    return 0 if after.verdict in (ABSENT.verdict, ELSEWHERE.verdict) else 1


def _ports(answer: Answer) -> int:
    return answer.destination.port if answer.destination else 0


def _port(part: PacketSet, answer: Answer) -> str:
    """The port after translation, as `tcp/8443`."""
    moved = (
        (protocols, tuple((a + _ports(answer), b + _ports(answer)) for a, b in ports))
        for protocols, ports in part.services
    )
    return ", ".join(services_of(tuple(moved)))


def _ways(host: Host, entry: str, family: Family) -> Iterator[object]:
    """The traffic that an entry allows to a forward's guest or to the host itself, without the destination address."""
    for dnat_entry in host.dnat_entries:
        if dnat_entry.forward == entry and dnat_entry.family is family:
            yield (
                dnat_entry.protocol,
                dnat_entry.first,
                dnat_entry.last,
                dnat_entry.guest,
                dnat_entry.target_first,
                dnat_entry.sources,
                dnat_entry.outside,
            )
    for term in host.terms:
        if term.entry == entry and term.family is family and term.egress.kind is SideKind.SELF:
            yield term.ingress, term.sources, term.services


def _whole(spans: Spans, size: int) -> Spans | None:
    return None if spans == ((0, size - 1),) else spans
