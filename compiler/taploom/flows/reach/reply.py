"""Replies to a query: packets with one verdict, the hosts that they pass, and the unknown addresses that matter."""

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
    """An address that only the network outside knows (by DHCP or RA), as source or destination of a reply's packets.

    Attributes:
        role: which end of the packets it is, at the host that decides.
        host: the host that has the address.
        uplink: the uplink that has the address.
        within: the values of the address for which the reply holds; None if it holds for all.
    """

    role: Literal["sender", "destination"]
    host: str
    uplink: str
    within: Spans | None


@dataclass(frozen=True, slots=True)
class Hop:
    """What one host does with the packets of a reply.

    Attributes:
        ingress: the interface by which the packets come in.
        way: the uplink by which they leave, or None.
        senders: the source addresses that this host sees, if they are not those of the reply; else None.
        to: the destination that this host sees, if it is not that of the reply; else None.
        steps: the chains that the packets pass there; filled in at the end.
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
    """Packets with one verdict, as a part of the answer to a query.

    Attributes:
        box: the packets, by the dimensions of `flows.packets.packet`, at the first host.
        verdict: `allow` or `drop`.
        decided_by: stable name of the entry that decides.
        span: the place of that entry; None for an implied entry.
        hops: the hosts that the packets pass, in order; the last host drops or delivers the packets.
        unknown: the sources and destinations of the packets that are not known beforehand.
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
        """Whether the reply holds for all addresses that the network outside may give."""
        return all(each.within is None for each in self.unknown)
