"""Finds the source addresses that can surely connect to a port of a host by one of its interfaces.

The connection must succeed with every source port and hop limit, at any time, and to every address of the interface
except link-local ones. So an entry that expires does not count, and a packet that a forward translates does not reach
the host. The host's own addresses count as senders that can connect, so that their refusal does not split a prefix.
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
    """The source addresses that one host admits in one family.

    Attributes:
        path: the packet path by the intent.
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
        """The sources that can connect to a TCP port by an interface; empty if the host has no address there."""
        forwarding = self.path.forwarding
        link = LINK_LOCAL if forwarding.family is Family.IPV6 else ()
        own = without(forwarding.own_at(device), link)
        if not own:
            return ()
        asked = box(destination=own, protocol=(single(NUMBERS["tcp"]),), port=(single(port),))
        return self._whole(united(self._refused(device, asked)))

    def _whole(self, refused: Spans) -> Spans:
        """All sources except the refused ones; a refused interval of only host addresses stays included."""
        whole, own = every(self.path.forwarding.family), self.path.forwarding.own
        return without(whole, tuple(span for span in common(refused, whole) if common((span,), own) != (span,)))

    def _refused(self, device: str, asked: Box) -> Iterator[tuple[int, int]]:
        """The sources of packets that are dropped or translated to another destination."""
        context = MapContext(device, None)
        judged = self.path.passed(context, SELF, "")
        stages: tuple[Diagram[Answer], ...] = (self.path.early(device), self.path.translation(device), judged)
        for stage in stages:
            for part, answer in parts(stage, asked):
                if answer.verdict != "allow" or answer.destination is not None:
                    yield from part[SOURCE] or every(self.path.forwarding.family)
