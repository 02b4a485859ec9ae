"""The replies to a question: packets with one verdict, the hosts that they pass, and their unknown addresses."""

from dataclasses import field
from typing import Literal

from taploom.base.address import Family
from taploom.base.frozen import dataclass
from taploom.base.span import Span
from taploom.flows.algebra.diagram import Box
from taploom.flows.algebra.spans import Spans
from taploom.flows.packets.answer import Answer


@dataclass(frozen=True, slots=True)
class UnknownAddress:
    """A source or destination of a reply's packets that only the network outside knows (from DHCP or RA).

    Attributes:
        role: the role of the address at the host that decides.
        host: the host that has the address.
        uplink: the uplink that has the address.
        within: the values of the address for which the reply holds; None for all values.
    """

    role: Literal["sender", "destination"]
    host: str
    uplink: str
    within: Spans | None


@dataclass(frozen=True, slots=True)
class Hop:
    """One host on the path of a reply's packets, with its answer.

    Attributes:
        ingress: the interface by which the packets enter the host.
        way: the uplink by which the packets leave the host, or None.
        senders: the source addresses of the packets at this host; None if they are the same as in the reply.
        to: the destination of the packets at this host; None if it is the same as in the reply.
        steps: the chains that the packets pass at this host; () if the question does not request them.
    """

    host: str
    ingress: str
    way: str | None
    answer: Answer
    senders: Spans | None = None
    to: int | None = None
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """Packets with one verdict, as a part of the answer to a question.

    Attributes:
        box: the packets as they arrive at the first host, in the dimensions of `flows.packets.packet`.
        verdict: `allow` or `drop`.
        decided_by: stable name of the deciding entry.
        span: the place of the deciding entry in the specs; None for an implied entry.
        hops: the hosts that the packets pass, in order; the last host drops or delivers the packets.
        unknown: the sources and destinations of the packets that only the network outside knows.
    """

    family: Family
    box: Box
    verdict: str
    decided_by: str
    span: Span | None
    hops: tuple[Hop, ...]
    unknown: tuple[UnknownAddress, ...] = field(default=())

    @property
    def allowed(self) -> bool:
        """Whether the packets pass all hosts."""
        return self.verdict == "allow"

    @property
    def certain(self) -> bool:
        """Whether the reply holds for all addresses that the network outside may assign."""
        return all(each.within is None for each in self.unknown)
