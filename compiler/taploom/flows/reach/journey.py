"""Finds the paths of packets through a first host and further hosts, each of which must allow the packets.

Packets that a host sends or masquerades may have a source address that only the network outside knows. Then the next
host is evaluated for every possible address, and each part of the answer contains the addresses for which it holds.
"""

from collections.abc import Iterator
from typing import NamedTuple

from taploom.base.address import Family
from taploom.base.frozen import dataclass
from taploom.flows.algebra.diagram import Box
from taploom.flows.algebra.regions import parts
from taploom.flows.algebra.spans import Spans, common, single, united, without
from taploom.flows.packets.answer import NO_ROUTE, Answer
from taploom.flows.packets.forwarding import OTHER, SELF
from taploom.flows.packets.packet import DESTINATION, LAST_PORT, SOURCE
from taploom.flows.proof.intent.services import Traffic
from taploom.flows.proof.packet_path import MapContext
from taploom.flows.reach.endpoints import Endpoint
from taploom.flows.reach.maps import Maps
from taploom.flows.reach.place import Place
from taploom.flows.reach.reply import Hop, UnknownAddress

_EVERY_PROTOCOL: Spans = ((0, 255),)
_EVERY_PORT: Spans = ((0, LAST_PORT),)
"""The interval of all values; used instead of None, so that parts that together have all values can be merged."""

EPHEMERAL, HOPS = 49152, 64
"""The source port and hop limit of an ordinary packet (RFC 6335, 6; RFC 1700)."""
_MOST = 5
"""Maximum number of hosts on a path, so that a routing loop does not make an endless path."""


class ForwardingPath(NamedTuple):
    """Packets with the hosts on their path.

    Attributes:
        box: the packets as they arrive at the first host.
        hops: the decisions of the hosts on the path.
        unknown: the unknown addresses on which the decisions depend.
    """

    box: Box
    hops: tuple[Hop, ...]
    unknown: tuple[UnknownAddress, ...] = ()


class SentSources(NamedTuple):
    """The source addresses of packets that leave a host.

    Attributes:
        senders: the possible source addresses; None for all.
        uplink: the uplink whose learned address the packets have as their source; None for known sources.
    """

    senders: Spans | None
    uplink: str | None = None


@dataclass(frozen=True)
class Journey:
    """The paths that begin at one host, in one family.

    Attributes:
        to: the receiving end; its `uplink` is set if it is an unknown address of another host.
    """

    maps: Maps
    host: str
    family: Family
    to: Endpoint

    def paths(self, source: Endpoint, asked: tuple[Traffic, ...]) -> Iterator[ForwardingPath]:
        """The paths of all packets from `source` whose first host is this host."""
        place, pair = self._place(self.host), self.maps.pair(self.host, self.family)
        phase = (single(pair.clock.phase(self.maps.now)),)
        for ingress, senders, within in place.starts(source):
            lost = Hop(self.host, ingress, None, NO_ROUTE)
            for protocols, ports in asked if (nowhere := place.nowhere(self.to, ingress)) else ():
                what = protocols or _EVERY_PROTOCOL, ports or _EVERY_PORT
                yield ForwardingPath((nowhere, *what, senders, (single(EPHEMERAL),), (single(HOPS),), phase), (lost,))
            for way in (None, *(way for way in pair.forwarding.ways if way != OTHER)):
                goals = self._goals(self.host, ingress, way)
                goals = goals if within is None else common(goals, within)
                for some, sent in self._sent_by(place, ingress, way, senders, goals):
                    for protocols, ports in asked:
                        what = protocols or _EVERY_PROTOCOL, ports or _EVERY_PORT
                        box: Box = (some, *what, sent.senders, (single(EPHEMERAL),), (single(HOPS),), phase)
                        yield from self._first(MapContext(ingress, way), box, sent)

    def _goals(self, host: str, ingress: str, way: str | None, hosts: int = 1) -> Spans:
        """The destinations of the receiving end for packets that enter a host by an interface.

        If the host has no uplink in a zone of the receiving end, the destinations at the next hosts are included.
        """
        place, zones = self._place(host), self.to.selection.outside
        found = list(place.goals(self.to, ingress, way))
        further = zones and zones.isdisjoint(place.view.zones.values()) and hosts < _MOST
        left = without(place.outside, united(found)) if further else ()
        for egress, some in place.leaving(left, way).items():
            for other, by, there in place.led(egress, some):
                ways = (None, *(one for one in self._place(other).forwarding.ways if one != OTHER))
                goals = united(s for one in ways for s in self._goals(other, by, one, hosts + 1))
                found += common(goals, there)
        return united(found)

    def _sent_by(
        self, place: Place, ingress: str, way: str | None, senders: Spans, goals: Spans
    ) -> Iterator[tuple[Spans, SentSources]]:
        """Destinations, each with the sources of the packets; the host itself sends from an address of the egress."""
        if ingress != SELF:
            yield from ((goals, SentSources(senders)) for _ in goals[:1])
            return
        for egress, some in place.leaving(goals, way).items():
            if egress in place.forwarding.learned:
                yield some, SentSources(place.outside, egress)
            else:
                yield some, SentSources(common(place.forwarding.own_at(egress), senders) or senders)

    def _first(self, context: MapContext, box: Box, sent: SentSources) -> Iterator[ForwardingPath]:
        """The paths of a box through this host and the next hosts."""
        for part, answer in self._parts(self.host, context, box):
            left = part[DESTINATION] or ()
            hop = Hop(self.host, context.ingress, self._way(self.host, context, left), answer)
            if answer.verdict == "allow" and answer.destination is None:
                for there, ingress, goals in self._next(self.host, context, left):
                    left = without(left, goals)
                    for path in self._beyond(there, ingress, (goals, *part[1:]), hop, sent):
                        yield self._with_unknown(path, sent)
            if left:
                yield self._with_unknown(ForwardingPath((left, *part[1:]), (hop,)), sent)

    def _way(self, host: str, context: MapContext, goals: Spans) -> str | None:
        """The uplink by which a host sends to all given destinations; if there are several, `way` of the context."""
        place = self._place(host)
        leaving = list(place.leaving(goals, context.way))
        return leaving[0] if len(leaving) == 1 and leaving[0] in place.view.zones else context.way

    def _with_unknown(self, path: ForwardingPath, sent: SentSources) -> ForwardingPath:
        """The path with the unknown addresses on which it depends: its destination, and the sending host's address."""
        unknown = list(path.unknown)
        if self._hidden:
            unknown.append(UnknownAddress("destination", *self._hidden, None))
        if sent.uplink and not any(each.role == "sender" for each in unknown):
            unknown.append(UnknownAddress("sender", self.host, sent.uplink, None))
        return path._replace(unknown=tuple(unknown))

    def _parts(self, host: str, context: MapContext, box: Box) -> Iterator[tuple[Box, Answer]]:
        found = parts(self.maps.pair(host, self.family).intent.outcome(context), box)
        return ((part, answer._replace(mark="")) for part, answer in found if answer.verdict != "elsewhere")

    def _beyond(self, there: str, ingress: str, box: Box, hop: Hop, own: SentSources) -> Iterator[ForwardingPath]:
        """The paths through the next hosts; the boxes have source and destination as at the first host."""
        sent = self._rewritten(box, hop, own)
        at = self._place(there)
        possible = sent.senders
        if sent.uplink:
            anywhere = sent.senders or at.outside
            possible = common(anywhere, at.strangers) or anywhere
        seen = _with(box, SOURCE, possible)
        for part, hops in self._onward(there, ingress, seen, (hop,), rewritten=possible != box[SOURCE]):
            within = None if part[SOURCE] == possible else part[SOURCE]
            unknown = (UnknownAddress("sender", self.host, sent.uplink, within),) if sent.uplink else ()
            senders = box[SOURCE] if sent.uplink else _before(part[SOURCE], box[SOURCE], hop.answer)
            yield ForwardingPath(_with(part, SOURCE, senders), hops, unknown)

    def _onward(
        self, host: str, ingress: str, box: Box, before: tuple[Hop, ...], *, rewritten: bool
    ) -> Iterator[tuple[Box, tuple[Hop, ...]]]:
        """The parts of a box that a further host receives, each with its hops.

        Args:
            host: the further host.
            ingress: the interface by which the packets enter the further host.
            box: the packets as they arrive there.
            before: the hops before this host.
            rewritten: whether the source addresses have changed since the first host, so that the hops must contain
                them.
        """
        place, meant = self._place(host), box[DESTINATION] or ()
        to = place.forwarding.learned[self._hidden[1]] if self._hidden and self._hidden[0] == host else None
        seen = box if to is None else _with(box, DESTINATION, (single(to),))
        for context in (MapContext(ingress, way) for way in (None, *place.forwarding.ways) if way != OTHER):
            if context.way and not place.leaving(seen[DESTINATION] or (), context.way):
                continue
            for part, answer in self._parts(host, context, seen):
                left = meant if to is not None else part[DESTINATION] or ()
                senders = part[SOURCE] if rewritten else None
                hops = (
                    *before,
                    Hop(host, ingress, self._way(host, context, part[DESTINATION] or ()), answer, senders, to),
                )
                if answer.verdict == "allow" and answer.destination is None and to is None and len(hops) < _MOST:
                    for there, by, goals in self._next(host, context, left):
                        left = without(left, goals)
                        onward = _with(part, DESTINATION, goals)
                        yield from self._onward(there, by, onward, hops, rewritten=rewritten)
                if left:
                    yield _with(part, DESTINATION, left), hops

    def _rewritten(self, box: Box, hop: Hop, own: SentSources) -> SentSources:
        """The source addresses at the next host, after source translation."""
        match hop.answer.source:
            case None:
                return own._replace(senders=box[SOURCE])
            case ("snat", value):
                return SentSources((single(value),))
            case ("prefix", value):
                return SentSources(tuple((first + value, last + value) for first, last in box[SOURCE] or ()))
            case _:
                first = (box[DESTINATION] or ((0, 0),))[0][0]
                return SentSources(None, self._place(self.host).forwarding.egress(first) or hop.way or "")

    @property
    def _hidden(self) -> tuple[str, str] | None:
        """The host and the uplink if the destination is an unknown address of another host; else None."""
        return self.to.uplink if self._place(self.host).hidden(self.to) else None

    def _next(self, host: str, context: MapContext, goals: Spans) -> Iterator[tuple[str, str, Spans]]:
        """The next hosts of packets that leave a host: name, receiving uplink and destinations.

        They are the next hops of routes; without a next hop, packets go to the host that has the destination.
        """
        place = self._place(host)
        left = goals
        for egress, some in place.leaving(goals, context.way).items():
            for other, by, there in place.led(egress, some):
                left = without(left, there)
                yield other, by, there
        if self._hidden:
            other, uplink = self._hidden
            for egress, some in place.leaving(left, context.way).items():
                near = self._place(other).entrances(place.view.zones.get(egress))
                yield from ((other, by, some) for by in ([uplink] if uplink in near else near[:1]))
        else:
            yield from self._owning(host, context, left)

    def _owning(self, host: str, context: MapContext, goals: Spans) -> Iterator[tuple[str, str, Spans]]:
        """For destinations without a next hop, the hosts that have them or forward to them; in the form of `_next`."""
        place = self._place(host)
        for other in sorted(self.maps.index.hosts.keys() - {host}):
            there = self._place(other)
            theirs = common(goals, united([*there.behind, *place.view.peers.get(other, ())]))
            for egress, left in place.leaving(theirs, context.way).items():
                arriving = there.entrances(place.view.zones.get(egress))
                listening = {uplink: here for uplink in arriving if (here := common(left, there.at(uplink)))}
                yield from ((other, uplink, here) for uplink, here in listening.items())
                rest = without(left, united(span for here in listening.values() for span in here))
                yield from ((other, uplink, rest) for uplink in arriving[:1] if rest)

    def _place(self, host: str) -> Place:
        return self.maps.place(host, self.family)


def _before(seen: Spans | None, sent: Spans | None, answer: Answer) -> Spans | None:
    """The source addresses before the first host's translation, given the source addresses at the second host."""
    match answer.source:
        case None:
            return seen
        case ("prefix", value):
            return tuple((first - value, last - value) for first, last in seen or ())
        case _:
            return sent


def _with(box: Box, level: int, spans: Spans | None) -> Box:
    return (*box[:level], spans, *box[level + 1 :])
