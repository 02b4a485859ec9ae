"""Answers whether packets of a service pass from one end to another.

Each part of an answer is a set of packets with one verdict. The verdicts come from the intent, which the proof has
shown to be equal to the ruleset. The chains that a packet of each part passes come from the ruleset. If the path of
packets leads through several hosts, all these hosts must allow the packets.
"""

from collections.abc import Iterator
from dataclasses import replace

from taploom.base.address import FAMILIES, Family
from taploom.base.frozen import dataclass
from taploom.flows.algebra.diagram import Box
from taploom.flows.algebra.regions import merged
from taploom.flows.algebra.spans import Interval, Spans, united
from taploom.flows.packets.answer import NO_ROUTE
from taploom.flows.packets.forwarding import OTHER, Forwarding
from taploom.flows.packets.packet import DESTINATION, PORT, PROTOCOL, SOURCE
from taploom.flows.proof.intent.services import all_traffic
from taploom.flows.proof.intent.site_index import Selection
from taploom.flows.reach.endpoints import Endpoint
from taploom.flows.reach.journey import EPHEMERAL, HOPS, Journey
from taploom.flows.reach.maps import Maps
from taploom.flows.reach.reply import Hop, Reply, UnknownAddress
from taploom.flows.reach.trace import Tracer
from taploom.flows.reach.traced import TracedPacket
from taploom.plan.interfaces import outside
from taploom.plan.policy import Service


@dataclass(frozen=True)
class Inquiry(Maps):
    """The maps of one plan, with questions about reachability."""

    def ask(
        self, source: Endpoint, to: Endpoint, services: tuple[Service, ...] | None, *, walked: bool = True
    ) -> tuple[Reply, ...]:
        """All parts of an answer, in both families.

        Args:
            source: the sending end.
            to: the receiving end.
            services: the services to ask about; None for all protocols.
            walked: whether hops contain the chains that packets pass.
        """
        found: dict[tuple[Family, tuple[Hop, ...], tuple[UnknownAddress, ...]], list[Box]] = {}
        for family in FAMILIES:
            traffic = all_traffic(services, family)
            for host in self.index.hosts:
                for meant in self._meant(to, host, family):
                    for box, hops, unknown in Journey(self, host, family, meant).paths(source, traffic):
                        found.setdefault((family, hops, unknown), []).append(box)
        replies = [
            self._reply(family, box, hops, unknown, walked=walked)
            for (family, hops, unknown), boxes in found.items()
            for box in merged(boxes)
        ]
        return tuple(_narrowed(replies))

    def _meant(self, to: Endpoint, host: str, family: Family) -> Iterator[Endpoint]:
        """The receiving end, and a separate end for each unknown address of another host in the receiving end.

        If taploom does not configure an uplink, such as a VPN, only hosts in its zone can reach its address.
        """
        yield to
        ours = {each.zone for each in outside(self.index.hosts[host])}
        for other in sorted(to.selection.hosts - {host}):
            uplinks = {each.device: each for each in outside(self.index.hosts[other])}
            for uplink in Forwarding.of(self.index.hosts[other], family).learned:
                if not uplinks[uplink].configured and uplinks[uplink].zone not in ours:
                    continue
                yield Endpoint(f"{other}/{uplink}", Selection(), (other, uplink))

    def _reply(
        self, family: Family, box: Box, hops: tuple[Hop, ...], unknown: tuple[UnknownAddress, ...], *, walked: bool
    ) -> Reply:
        last = hops[-1].answer
        by = last.by or "default"
        known_hops = self._walked(family, box, hops) if walked else hops
        return Reply(family, box, last.verdict, by, self.spans.get(by), known_hops, unknown)

    def _walked(self, family: Family, box: Box, hops: tuple[Hop, ...]) -> tuple[Hop, ...]:
        """The hops, each with the chains that the first packet of a box passes at this host."""
        protocol, port = (_first(box[level]) for level in (PROTOCOL, PORT))
        return tuple(
            replace(hop, steps=self._steps(family, hop, _sender(box, hop), _target(box, hop), protocol, port))
            for hop in hops
        )

    def _steps(self, family: Family, hop: Hop, source: int, to: int, protocol: int, port: int) -> tuple[str, ...]:
        pair = self.pair(hop.host, family)
        if hop.answer == NO_ROUTE:
            return ("the host has no route to the destination",)
        if hop.answer.destination is None and pair.forwarding.egress(to) == hop.ingress:
            # Frames between two ports of one bridge do not pass the chains for routed packets.
            return (f"bridged on {hop.ingress}",)
        packet = TracedPacket(source, to, protocol, port, EPHEMERAL, HOPS, hop.ingress, hop.way or OTHER, self.now)
        return tuple(Tracer(pair.ruleset, pair.forwarding).walk(packet).steps)


def _narrowed(replies: list[Reply]) -> Iterator[Reply]:
    """The replies, each with the values of a learned address for which it holds, unless it holds for all values."""
    whole: dict[tuple[Family, UnknownAddress], list[Interval]] = {}
    for reply in replies:
        for each in reply.unknown:
            if each.role == "destination":
                whole.setdefault((reply.family, each), []).extend(reply.box[DESTINATION] or ())
    for reply in replies:
        held = reply.box[DESTINATION] or ()
        unknown = tuple(
            replace(each, within=held) if united(whole.get((reply.family, each), held)) != held else each
            for each in reply.unknown
        )
        yield replace(reply, unknown=unknown)


def _sender(box: Box, hop: Hop) -> int:
    return _first(box[SOURCE] if hop.senders is None else hop.senders)


def _target(box: Box, hop: Hop) -> int:
    return _first(box[DESTINATION]) if hop.to is None else hop.to


def _first(spans: Spans | None) -> int:
    return spans[0][0] if spans else 0
