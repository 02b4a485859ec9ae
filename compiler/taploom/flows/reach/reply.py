"""The parts of an answer: packets, the hosts that they pass, and the unknown addresses that the answer depends on."""

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
    """An address that only the network outside knows (by DHCP or RA), which a part is sent from or to.

    Attributes:
        role: which end of the packet it is, at the host that decides.
        host: the host that has the address.
        uplink: the uplink that has the address.
        within: the values for which the part holds; None where it holds for all.
    """

    role: Literal["sender", "destination"]
    host: str
    uplink: str
    within: Spans | None


@dataclass(frozen=True, slots=True)
class Hop:
    """What one host does with a part.

    Attributes:
        ingress: the interface by which it comes in.
        way: the uplink by which it leaves, or None.
        senders: the source addresses that this host sees, if they are not those of the part; else None.
        to: the destination that this host sees, if it is not that of the part; else None.
        steps: the chains that a packet of the part passes there; filled in at the end.
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
    """One part of the answer.

    Attributes:
        box: its packets, by the dimensions of `flows.packets.packet`, at the first host.
        verdict: `allow` or `drop`.
        decided_by: stable name of the entry that decides.
        span: the place of that entry; None for an implied one.
        hops: the hosts that it passes, in order; the last one drops it, or delivers it.
        unknown: addresses that it is sent from or to and that are not known beforehand.
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
        """Whether it passes all hosts."""
        return self.verdict == "allow"

    @property
    def certain(self) -> bool:
        """Whether it holds for all addresses that the network outside may give."""
        return all(each.within is None for each in self.unknown)
