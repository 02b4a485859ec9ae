"""Who reaches whom: a question about two ends and a service, answered by its parts.

The intent answers, which the comparison has shown to be what the ruleset does; the ruleset then tells the chains that a
packet of each part walks. Where a part passes one host and is for another one behind it, both have to let it pass.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from netloom.backends.nftables import ruleset
from netloom.base.address import FAMILIES, Family
from netloom.base.span import Span
from netloom.flows.answer import Answer
from netloom.flows.compare import Witnesses
from netloom.flows.course import Context
from netloom.flows.diagram import Box
from netloom.flows.endpoints import End, Place
from netloom.flows.intent.entries import Site
from netloom.flows.intent.names import Names
from netloom.flows.intent.services import ANYTHING, all_traffic
from netloom.flows.intent.view import View
from netloom.flows.kernel import OTHER
from netloom.flows.packet import DESTINATION, PORT, PROTOCOL, SOURCE
from netloom.flows.probe import Probe
from netloom.flows.proof import spans_of
from netloom.flows.regions import merged, parts
from netloom.flows.spans import Spans, common, single, united, without
from netloom.flows.trace import Tracer
from netloom.plan.policy import Service
from netloom.plan.site import Plan

Path = tuple[Box, "tuple[Hop, ...]"]
"""Packets at their first host, and what becomes of them on their way."""

EPHEMERAL, HOPS = 49152, 64
"""The sender port and hop limit of an ordinary packet (RFC 6335, 6; RFC 1700)."""


@dataclass(frozen=True, slots=True)
class Hop:
    """What one host does with a part.

    Attributes:
        ingress: where it comes in.
        way: the uplink that the default route leads by, where that matters; else None.
        steps: the chains that a packet of the part walks there; not told before the end.
    """

    host: str
    ingress: str
    way: str | None
    answer: Answer
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """One part of the answer.

    Attributes:
        box: its packets, by the dimensions of `flows.packet`, at the first host.
        verdict: `allow` or `drop`.
        decided_by: stable name of the entry that decides.
        span: the place of that entry; None for what no text says.
        hops: the hosts that it passes, in order; the last one drops it, or delivers it.
    """

    family: Family
    box: Box
    verdict: str
    decided_by: str
    span: Span | None
    hops: tuple[Hop, ...]

    @property
    def allowed(self) -> bool:
        """Whether it passes all hosts."""
        return self.verdict == "allow"


@dataclass(frozen=True)
class Inquiry:
    """Answers questions about one plan.

    Attributes:
        now: seconds since the epoch, for what ends.
    """

    plan: Plan
    now: int
    _pairs: dict[tuple[str, Family], Witnesses] = field(default_factory=dict)

    @cached_property
    def names(self) -> Names:
        """The words of the site."""
        return Names(self.plan)

    @cached_property
    def _site(self) -> Site:
        return Site(self.names)

    @cached_property
    def _spans(self) -> Mapping[str, Span | None]:
        return spans_of(self.plan)

    def pair(self, host: str, family: Family) -> Witnesses:
        """Both witnesses of a host."""
        key = (host, family)
        if key not in self._pairs:
            found = self.names.hosts[host]
            known = self._pairs.get((host, FAMILIES[family is FAMILIES[0]]))
            tree = known.ruleset if known else ruleset(found)
            self._pairs[key] = Witnesses(self._site, found, family, tree)
        return self._pairs[key]

    def place(self, host: str, family: Family) -> Place:
        """A host as questions look at it."""
        return Place(self.pair(host, family).kernel, View(self.names, self.names.hosts[host], family))

    def ask(
        self, source: End, to: End, services: tuple[Service, ...] | None, *, walked: bool = True
    ) -> tuple[Reply, ...]:
        """All parts of an answer, in both families.

        Args:
            source: who sends.
            to: who is meant.
            services: what is asked for; None for everything.
            walked: whether the chains on the way are told too.
        """
        found: dict[tuple[Family, tuple[Hop, ...]], list[Box]] = {}
        for family in FAMILIES:
            for host in self.names.hosts:
                for box, hops in self._from(host, family, source, to, services):
                    found.setdefault((family, hops), []).append(box)
        return tuple(
            self._reply(family, box, hops, walked=walked)
            for (family, hops), boxes in found.items()
            for box in merged(boxes)
        )

    def _reply(self, family: Family, box: Box, hops: tuple[Hop, ...], *, walked: bool) -> Reply:
        last = hops[-1].answer
        by = last.by or "default"
        return Reply(
            family, box, last.verdict, by, self._spans.get(by), self._walked(family, box, hops) if walked else hops
        )

    def _from(
        self, host: str, family: Family, source: End, to: End, services: tuple[Service, ...] | None
    ) -> Iterator[Path]:
        place, pair = self.place(host, family), self.pair(host, family)
        asked = (ANYTHING,) if services is None else all_traffic(services, family)
        phase = (single(pair.clock.phase(self.now)),)
        for ingress, senders in place.starts(source):
            ways = [] if ingress in place.view.zones else [way for way in pair.kernel.ways if way != OTHER]
            for way in (None, *ways):
                goals = place.goals(to, ingress, way)
                for protocols, ports in asked if goals else ():
                    box: Box = (goals, protocols, ports, senders, (single(EPHEMERAL),), (single(HOPS),), phase)
                    yield from self._at(host, family, Context(ingress, way), box, ())

    def _at(self, host: str, family: Family, context: Context, box: Box, before: tuple[Hop, ...]) -> Iterator[Path]:
        """What becomes of a box at a host, and at the host behind it."""
        for part, answer in parts(self.pair(host, family).intent.outcome(context), box):
            if answer.verdict == "elsewhere":
                continue
            hops = (*before, Hop(host, context.ingress, context.way, answer._replace(mark="")))
            left = part[DESTINATION] or ()
            if answer.verdict == "allow" and answer.destination is None and not before:
                for there, ingress, goals in self._behind(host, family, context, left):
                    left = without(left, goals)
                    yield from self._beyond(there, family, ingress, (goals, *part[1:]), hops)
            if left:
                yield (left, *part[1:]), hops

    def _beyond(self, host: str, family: Family, ingress: str, box: Box, hops: tuple[Hop, ...]) -> Iterator[Path]:
        """What the next host makes of it, told with the senders that the first one saw."""
        sent = _sent(box[SOURCE], hops[-1].answer)
        for part, path in self._at(host, family, Context(ingress, None), _with(box, SOURCE, sent), hops):
            kept = part[SOURCE] if sent == box[SOURCE] else box[SOURCE]
            yield _with(part, SOURCE, kept), path

    def _behind(self, host: str, family: Family, context: Context, goals: Spans) -> Iterator[tuple[str, str, Spans]]:
        """Other hosts that have what leaves by an uplink: by which of their uplinks, and what of it."""
        place, kernel = self.place(host, family), self.pair(host, family).kernel
        for other in self.names.hosts.keys() - {host}:
            there = self.place(other, family)
            local = (span for spans in there.view.local.values() for span in spans)
            theirs = common(goals, united([*local, *place.view.peers.get(other, ())]))
            zones = {place.view.zones.get(kernel.egress(first) or context.way or "") for first, _ in theirs}
            arriving = [uplink for uplink, zone in there.view.zones.items() if zone in zones]
            listening = [u for u in arriving if common(there.kernel.own_at(u), theirs)]
            for uplink in (listening or arriving)[:1]:
                yield other, uplink, theirs

    def _walked(self, family: Family, box: Box, hops: tuple[Hop, ...]) -> tuple[Hop, ...]:
        """The hops with the chains that the first packet of a box walks at each of them."""
        found, source = [], _first(box[SOURCE])
        to, protocol, port = (_first(box[level]) for level in (DESTINATION, PROTOCOL, PORT))
        for hop in hops:
            pair = self.pair(hop.host, family)
            way = hop.way or OTHER
            probe = Probe(source, to, protocol, port, EPHEMERAL, HOPS, hop.ingress, way, self.now)
            walk = Tracer(pair.ruleset, pair.kernel).walk(probe)
            bridged = hop.answer.destination is None and pair.kernel.egress(to) == hop.ingress
            # Frames between two ports of one bridge do not come to the chains of routed packets.
            steps = (f"bridged on {hop.ingress}",) if bridged else tuple(walk.steps)
            found.append(replace(hop, steps=steps))
            source = int(walk.source) if walk.source.isdigit() else source
        return tuple(found)


def _with(box: Box, level: int, spans: Spans | None) -> Box:
    return (*box[:level], spans, *box[level + 1 :])


def _first(spans: Spans | None) -> int:
    return spans[0][0] if spans else 0


def _sent(senders: Spans | None, answer: Answer) -> Spans | None:
    """The senders as the next host sees them; None where nobody knows beforehand."""
    match answer.source:
        case None:
            return senders
        case ("snat", value):
            return (single(value),)
        case ("prefix", value):
            return tuple((first + value, last + value) for first, last in senders or ())
        case _:
            return None
