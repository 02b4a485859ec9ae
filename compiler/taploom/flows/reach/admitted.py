"""The senders that surely get into a host at a port of its own, by each of its interfaces.

Surely means: with every source port and hop limit, at any time, and at every address of the host at the interface,
except link-local ones. An entry that expires therefore does not count. A packet that a forward translates does not get
in. The host's own addresses are no senders: their refusal does not split a prefix.
"""

from collections.abc import Iterator

from taploom.base.address import Family
from taploom.base.frozen import dataclass
from taploom.base.protocol import NUMBERS
from taploom.flows.algebra.diagram import Box, Diagram
from taploom.flows.algebra.manager import Manager
from taploom.flows.algebra.regions import parts
from taploom.flows.algebra.spans import Spans, common, single, united, without
from taploom.flows.packets.answer import Answer
from taploom.flows.packets.clock import Clock
from taploom.flows.packets.forwarding import SELF, Forwarding
from taploom.flows.packets.learned import every
from taploom.flows.packets.packet import SOURCE, box, sizes
from taploom.flows.proof.intent.entries import SiteEntries
from taploom.flows.proof.intent.essentials import LINK_LOCAL
from taploom.flows.proof.intent.stages import Intent
from taploom.flows.proof.packet_path import MapContext, PacketPath
from taploom.plan.host import Host


@dataclass(frozen=True, slots=True)
class Admission:
    """Answers for one host in one family.

    Attributes:
        path: the intended outcomes of packets.
    """

    path: PacketPath

    @classmethod
    def of(cls, site: SiteEntries, host: Host, family: Family) -> "Admission":
        """The admission of a host of a site."""
        plan, forwarding = site.index.plan, Forwarding.of(host, family)
        ends = (*(entry.expires for entry in plan.policy), *(forward.expires for forward in plan.forwards))
        clock = Clock.of(end for end in ends if end is not None)
        manager: Manager[Answer] = Manager(sizes(family, len(forwarding.learned), clock.phases))
        return cls(PacketPath(manager, forwarding, Intent(site, forwarding, manager, clock)))

    def sources(self, device: str, port: int) -> Spans:
        """The sources that can connect to a TCP port by an interface; none if the host has no address there."""
        forwarding = self.path.forwarding
        link = LINK_LOCAL if forwarding.family is Family.IPV6 else ()
        own = without(forwarding.own_at(device), link)
        if not own:
            return ()
        asked = box(destination=own, protocol=(single(NUMBERS["tcp"]),), port=(single(port),))
        return self._whole(united(self._refused(device, asked)))

    def _whole(self, refused: Spans) -> Spans:
        """All sources but the refused ones; a span of the host's own addresses alone does not count as refused."""
        whole, own = every(self.path.forwarding.family), self.path.forwarding.own
        return without(whole, tuple(span for span in common(refused, whole) if common((span,), own) != (span,)))

    def _refused(self, device: str, asked: Box) -> Iterator[tuple[int, int]]:
        """The sources of packets that are dropped, or translated to another destination."""
        context = MapContext(device, None)
        judged = self.path.passed(context, SELF, "")
        stages: tuple[Diagram[Answer], ...] = (self.path.early(device), self.path.translation(device), judged)
        for stage in stages:
            for part, answer in parts(stage, asked):
                if answer.verdict != "allow" or answer.destination is not None:
                    yield from part[SOURCE] or every(self.path.forwarding.family)
