"""One part of the difference of two relations, put into words and into a packet."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from taploom.base.address import Address, Family
from taploom.base.frozen import dataclass
from taploom.base.protocol import NUMBERS
from taploom.diff.labels import Names
from taploom.diff.regions import Set
from taploom.diff.relation import ABSENT, Pair
from taploom.diff.services import services_of
from taploom.diff.verdicts import Example, Outcome, Region, Turn
from taploom.flows.answer import ELSEWHERE, Answer
from taploom.flows.course import Context
from taploom.flows.kernel import SELF
from taploom.flows.learned import is_learned, learned, real
from taploom.flows.packet import ICMP, NAMES, WITH_PORTS
from taploom.flows.spans import Spans, holds, of_prefix, united, without
from taploom.plan.host import Host
from taploom.plan.policy import SideKind

_STRANGERS = {Family.IPV4: 0xC6336407, Family.IPV6: 0x20010DB8FFFF0000_0000000000000007}
"""A sender for examples from anywhere: 198.51.100.7 and 2001:db8:ffff::7, for documentation (RFC 5737, RFC 3849)."""
_CLIENT_PORT = 40000
_PORTS = (443, 22, 80)


class Words(NamedTuple):
    """A part in words; equal words are one change."""

    turn: Turn
    exposed: bool
    inherited: bool
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    services: tuple[str, ...]
    before: Outcome
    after: Outcome
    readdressed: bool = False


@dataclass(frozen=True)
class Teller:
    """Puts parts of one context into words."""

    pair: Pair
    context: Context
    names: tuple[Names, Names]

    @property
    def host(self) -> Host:
        """The host that decides."""
        known = self.pair.hosts[1] or self.pair.hosts[0]
        assert known is not None
        return known

    def words(self, part: Set, before: Answer, after: Answer) -> Words:
        """The part in words."""
        side = side_of(after)
        answers = (before, after)
        turn = Turn.REDECIDED
        if before.verdict != "allow" or after.verdict != "allow":
            turn = Turn.ALLOWED if after.verdict == "allow" else Turn.BLOCKED
        rewriting = turn is Turn.REDECIDED and before.source != after.source
        old, new = self._outcome(before, 0, rewriting=rewriting), self._outcome(after, 1, rewriting=rewriting)
        if _ports(before) != _ports(after) and old.to and new.to:
            old, new = (replace(one, port=_port(part, its)) for one, its in ((old, before), (new, after)))
        goal = 0 if turn is Turn.BLOCKED and old.to else side  # who is no longer reached, not where the way now ends
        inherited = bool({before.verdict, after.verdict} - {"allow", "drop"}) or old == new
        return Words(
            turn,
            self._exposes(part, before, after),
            inherited,
            self.names[side].ends(part.sources, self.host.name, self.context.ingress),
            self._destinations(part, answers[goal], goal),
            services_of(part.services),
            old,
            new,
            old == new,
        )

    def _exposes(self, part: Set, before: Answer, after: Answer) -> bool:
        """Whether an entry lets somebody outside reach what they did not by these packets."""
        if after.verdict != "allow" or not after.by.startswith(("policy/", "forward/")) or not self._outside(part):
            return False
        return self._leads(before, after) if before.verdict == "allow" else self._opens(before, after)

    def _opens(self, before: Answer, after: Answer) -> bool:
        """Whether an entry lets in what it did not before; the same at another address is no news."""
        old, new = self.pair.hosts
        if before.verdict in ("allow", "drop") or old is None or new is None:
            return True
        ways = [set(_ways(host, after.by, self.pair.family)) for host in (old, new)]
        return not ways[1] or not ways[1] <= ways[0]

    def _leads(self, before: Answer, after: Answer) -> bool:
        """Whether what passed before ends elsewhere now: at another guest, at the host, or at another port."""
        old, new = self._target(before, 0), self._target(after, 1)
        return (self.pair.sides.names.get(old, old), _ports(before)) != (new, _ports(after))

    def _outside(self, part: Set) -> bool:
        """Whether somebody who is not of the site sends these."""
        if self.context.ingress not in {uplink.name for uplink in self.host.uplinks}:
            return False
        if part.sources not in self._strange:
            self._strange[part.sources] = bool(without(part.sources, self._insiders))
        return self._strange[part.sources]

    @cached_property
    def _strange(self) -> dict[Spans, bool]:
        return {}

    @cached_property
    def _insiders(self) -> Spans:
        """The addresses of the site: of its networks and of its hosts."""
        networks = (of_prefix(prefix) for _, prefix in self.names[1].networks)
        return united([*networks, *((value, value) for value in self.names[1].hosts)])

    def _destinations(self, part: Set, answer: Answer, side: int) -> tuple[str, ...]:
        target = self._target(answer, side)
        if target:
            return (target,)
        key = (part.destinations, side)
        if key not in self._goals:
            self._goals[key] = self._named(*key)
        return self._goals[key]

    @cached_property
    def _goals(self) -> dict[tuple[Spans, int], tuple[str, ...]]:
        return {}

    def _named(self, destinations: Spans, side: int) -> tuple[str, ...]:
        kernel = self.pair.kernels[side]
        if kernel and destinations and not without(destinations, kernel.delivered):
            return (f"host/{self.host.name}",)
        return self.names[side].ends(destinations, self.host.name, self.context.way or "")

    def _target(self, answer: Answer, side: int) -> str:
        if answer.destination is None or answer.destination.address is None:
            return ""
        value = answer.destination.address
        return self.names[side].ends(((value, value),), self.host.name, "")[0]

    def _outcome(self, answer: Answer, side: int, *, rewriting: bool) -> Outcome:
        """What becomes of it; how the sender is rewritten is told where that differs, else it is no news."""
        if answer == ABSENT:
            return Outcome("absent", "")
        source = answer.source.kind if answer.source and rewriting else ""
        return Outcome(answer.verdict, answer.by, self._target(answer, side), source, bool(answer.limited))

    def via(self, part: Set, before: Answer, after: Answer) -> tuple[str, ...]:
        """The outside addresses of what is translated."""
        if after.destination is None and before.destination is None:
            return ()
        family = self.pair.family
        known = [first for first, last in real(part.destinations, family) if first == last]
        return tuple(self._address(value) for value in (*known, *learned(part.destinations, family)))

    def region(self, part: Set, before: Answer, after: Answer) -> Region:
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

    def example(self, part: Set, side: int, *, exposed: bool) -> Example:
        """One packet of the part that people would try: a known guest, or somebody from outside; a usual port."""
        stranger = _STRANGERS[self.pair.family]
        destination = self._known(part.destinations, side)
        is_strange = exposed and holds(part.sources, stranger)
        source = stranger if is_strange else self._sender(part.sources, side, destination)
        protocol, port = _usual(part.services, self.pair.family)
        has_ports = holds(WITH_PORTS, protocol)
        return Example(
            self.host.name,
            self.context.ingress,
            NAMES.get(protocol, str(protocol)),
            self._address(source),
            _preferred(part.sender_ports, (_CLIENT_PORT,)) if has_ports else 0,
            self._address(destination),
            port if has_ports or protocol == ICMP[self.pair.family] else 0,
        )

    def _sender(self, spans: Spans, side: int, destination: int) -> int:
        """A known address of a set of senders; the host itself sends from its own."""
        kernel = self.pair.kernels[side]
        if self.context.ingress == SELF and kernel:
            own = (address.value for found in kernel.addresses.values() for address in found)
            return _preferred(spans, (*own, *(first for first, _ in kernel.own)))
        return self._known(spans, side, destination)

    def _known(self, spans: Spans, side: int, other: int = -1) -> int:
        """A known address of a set, and not `other` if there is another one; many parts differ by their ports alone."""
        key = (spans, side, other)
        if key not in self._picked:
            self._picked[key] = self._pick(spans, side, other)
        return self._picked[key]

    @cached_property
    def _picked(self) -> dict[tuple[Spans, int, int], int]:
        return {}

    def _pick(self, spans: Spans, side: int, other: int) -> int:
        names = self.names[side]
        guest = names.guest_in(without(spans, ((other, other),)))
        if guest is not None:
            return guest
        first, last = max(spans, key=lambda span: span[1] - span[0])
        inner = first + (first < last)  # the first address of a prefix is nobody's
        return _preferred(spans, (*names.hosts_in(spans), _STRANGERS[self.pair.family], inner))

    def _address(self, value: int) -> str:
        if value not in self._addresses:
            self._addresses[value] = self._written(value)
        return self._addresses[value]

    @cached_property
    def _addresses(self) -> dict[int, str]:
        return {}

    def _written(self, value: int) -> str:
        if is_learned(value, self.pair.family):
            uplink = next(name for name, number in self.pair.learned.items() if number == value)
            return f"the address of {self.host.name}/{uplink}"
        return str(Address(self.pair.family, value))


def side_of(after: Answer) -> int:
    """By the names of which side a part is told: of what is gone, or takes another way now, by those it had."""
    return 0 if after.verdict in (ABSENT.verdict, ELSEWHERE.verdict) else 1


def _ports(answer: Answer) -> int:
    return answer.destination.port if answer.destination else 0


def _port(part: Set, answer: Answer) -> str:
    """The port behind a translation, as `tcp/8443`."""
    moved = (
        (protocols, tuple((a + _ports(answer), b + _ports(answer)) for a, b in ports))
        for protocols, ports in part.services
    )
    return ", ".join(services_of(tuple(moved)))


def _ways(host: Host, entry: str, family: Family) -> Iterator[object]:
    """What an entry lets to guests behind a forward, or to the host itself, without the address that is asked for."""
    for lane in host.lanes:
        if lane.forward == entry and lane.family is family:
            yield lane.protocol, lane.first, lane.last, lane.guest, lane.target_first, lane.sources, lane.outside
    for term in host.terms:
        if term.rule == entry and term.family is family and term.egress.kind is SideKind.SELF:
            yield term.ingress, term.sources, term.services


def _whole(spans: Spans, size: int) -> Spans | None:
    return None if spans == ((0, size - 1),) else spans


def _preferred(spans: Spans, wanted: Iterable[int]) -> int:
    if len(spans) == 1 and spans[0][0] == spans[0][1]:
        return spans[0][0]
    return next((value for value in wanted if holds(spans, value)), spans[0][0])


def _usual(services: tuple[tuple[Spans, Spans], ...], family: Family) -> tuple[int, int]:
    protocols, ports = services[0]
    protocol = _preferred(protocols, (NUMBERS["tcp"], NUMBERS["udp"], ICMP[family]))
    wanted = (8, 128) if protocol == ICMP[family] else _PORTS
    return protocol, _preferred(ports, wanted)
