"""Adds the answers of `taploom reach` to the flows that a lab probes.

The oracle of the lab (`taploom.lab.oracle`) follows each packet hop by hop through the lowered plan. This module
queries the maps of `taploom.flows`, which are made from the names in the spec and whose answers reviewers see. A flow
is correct only if oracle, `reach` and kernel agree.
"""

from dataclasses import replace
from itertools import pairwise

from taploom.base.address import Address
from taploom.base.frozen import dataclass
from taploom.base.protocol import NUMBERS
from taploom.flows.algebra.diagram import Box
from taploom.flows.algebra.spans import Spans, holds
from taploom.flows.packets.forwarding import SELF, Forwarding
from taploom.flows.packets.packet import DESTINATION, ICMP, PORT, PROTOCOL, SOURCE
from taploom.flows.reach.endpoints import end_of
from taploom.flows.reach.query import Inquiry
from taploom.flows.reach.reply import Hop, Reply
from taploom.lab.atlas import Atlas, UnclearError
from taploom.lab.oracle import ECHO, FirstPacket
from taploom.lab.questions import Question
from taploom.plan.host import Host
from taploom.plan.interfaces import inside

_LEVELS = (DESTINATION, PROTOCOL, PORT, SOURCE)


@dataclass(frozen=True, slots=True)
class _Start:
    """The first host of a packet, its ingress interface there, and its egress uplink or None."""

    host: Host
    ingress: str
    way: str | None


class Reading:
    """The look-up of `taploom reach` answers for one running site, at one time (seconds since the epoch)."""

    def __init__(self, atlas: Atlas, now: int) -> None:
        self._atlas = atlas
        self._inquiry = Inquiry(atlas.plan, now)
        self._known: dict[tuple[str, str], tuple[Reply, ...]] = {}
        self._learned = {a: (host, uplink) for (host, uplink, _), a in atlas.ground.uplinks.items()}

    def read(self, question: Question) -> Question:
        """The question with the answers of `taploom reach`, such as `allow by policy/web`, joined by `or`."""
        packet, start = question.packet, self._start(question)
        found = [reply for reply in self._replies(question) if self._is_of(reply, packet, start)]
        said = sorted({f"{reply.verdict} by {reply.decided_by}" for reply in found})
        return replace(question, reach=" or ".join(said) or "nothing")

    def _replies(self, question: Question) -> tuple[Reply, ...]:
        owner = question.source.owner
        source = f"host/{owner.name}" if isinstance(owner, Host) else str(question.packet.source)
        to = self._name(question.packet.to)
        if (source, to) not in self._known:
            one, other = (end_of(self._inquiry.index, text) for text in (source, to))
            self._known[source, to] = self._inquiry.ask(one, other, None, walked=False)
        return self._known[source, to]

    def _name(self, to: Address) -> str:
        """A destination in the form of a query: `HOST/UPLINK` for a learned address, or else the address."""
        host, uplink = self._learned.get(to, ("", ""))
        learned = host and uplink in Forwarding.of(self._atlas.hosts[host], to.family).learned
        return f"{host}/{uplink}" if learned else str(to)

    def _start(self, question: Question) -> _Start:
        atlas, packet, owner = self._atlas, question.packet, question.source.owner
        if isinstance(owner, Host):
            host, ingress = owner, SELF
        elif isinstance(owner, str):
            there = atlas.entrance(owner, packet.to)
            assert there, "the sender of a question has a path to its destination"
            host, ingress = there[0], there[1].device
        else:
            guest, nic = owner
            host = atlas.hosts[guest.host]
            ingress = next(each.device for each in inside(host) if each.network == nic.network)
        way = atlas.way(host, packet.to).uplink
        return _Start(host, ingress, way.device if way else None)

    def _is_of(self, reply: Reply, packet: FirstPacket, start: _Start) -> bool:
        first = reply.hops[0]
        if reply.family is not packet.family or (first.host, first.ingress) != (start.host.name, start.ingress):
            return False
        if first.way not in (None, start.way) or not all(self._goes(hop, packet) for hop in reply.hops[1:]):
            return False
        if not all(self._enters(one, other, packet) for one, other in pairwise(reply.hops)):
            return False
        point, unknown = self._point(packet, start), {each.role for each in reply.unknown}
        skipped = {DESTINATION} if "destination" in unknown else set()
        skipped |= {SOURCE} if start.ingress == SELF else set()
        inside = all(_has(reply.box, level, point[level]) for level in _LEVELS if level not in skipped)
        return inside and all(
            each.within is None or holds(each.within, self._value(each.host, each.uplink, packet))
            for each in reply.unknown
        )

    def _goes(self, hop: Hop, packet: FirstPacket) -> bool:
        """Whether a host forwards a packet by the uplink of a hop; true if the host has several equal routes."""
        if hop.way is None:
            return True
        try:
            uplink = self._atlas.way(self._atlas.hosts[hop.host], packet.to).uplink
        except UnclearError:
            return True
        return uplink is not None and uplink.device == hop.way

    def _enters(self, before: Hop, hop: Hop, packet: FirstPacket) -> bool:
        """Whether a packet enters the next host by the uplink of a hop; true if the receiving uplink is not determined.

        If several uplinks of a zone translate an address, the zone's world routes the address to one of them.
        """
        try:
            way = self._atlas.way(self._atlas.hosts[before.host], packet.to)
        except UnclearError:
            return True
        there = self._atlas.neighbor(way, packet.to)
        if there is None and way.uplink:
            there = self._atlas.home(way.uplink.zone, packet.to)
        return there is None or (there[0].name, there[1].device) == (hop.host, hop.ingress)

    def _value(self, host: str, uplink: str, packet: FirstPacket) -> int:
        """The learned address of an uplink, as a number."""
        return self._atlas.ground.uplinks[host, uplink, packet.family].value

    def _point(self, packet: FirstPacket, start: _Start) -> dict[int, int]:
        forwarding, family = Forwarding.of(start.host, packet.family), packet.family
        host, uplink = self._learned.get(packet.to, ("", ""))
        to = forwarding.learned.get(uplink) if host == start.host.name else None
        echo = packet.protocol == "icmp"
        return {
            DESTINATION: packet.to.value if to is None else to,
            PROTOCOL: ICMP[family] if echo else NUMBERS[packet.protocol],
            PORT: ECHO[family].first if echo and not packet.port else packet.port,
            SOURCE: packet.source.value,
        }


def _has(box: Box, level: int, value: int) -> bool:
    spans: Spans | None = box[level]
    return spans is None or holds(spans, value)
