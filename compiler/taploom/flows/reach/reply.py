"""The parts of an answer: what passes which hosts, and on what it hangs that no plan knows."""

from dataclasses import field
from typing import Literal

from taploom.base.address import Family
from taploom.base.frozen import dataclass
from taploom.base.span import Span
from taploom.flows.algebra.diagram import Box
from taploom.flows.algebra.spans import Spans
from taploom.flows.packets.answer import Answer


@dataclass(frozen=True, slots=True)
class Unknown:
    """An address that only the network outside knows (by DHCP or RA), where a part is sent from it or to it.

    Attributes:
        role: which end of the packet it is, at the host that decides.
        host: whose address it is.
        uplink: at which of its uplinks.
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
        ingress: where it comes in.
        way: the uplink that it leaves by, where it leaves by one.
        senders: who this host sees as the sender, where that is not who the part names.
        to: what this host sees as the destination, where that is not what the part names.
        steps: the chains that a packet of the part walks there; not told before the end.
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
        span: the place of that entry; None for what no text says.
        hops: the hosts that it passes, in order; the last one drops it, or delivers it.
        unknown: addresses that it is sent from or to and nobody knows beforehand.
    """

    family: Family
    box: Box
    verdict: str
    decided_by: str
    span: Span | None
    hops: tuple[Hop, ...]
    unknown: tuple[Unknown, ...] = field(default=())

    @property
    def allowed(self) -> bool:
        """Whether it passes all hosts."""
        return self.verdict == "allow"

    @property
    def certain(self) -> bool:
        """Whether it holds whatever the network outside hands out."""
        return all(each.within is None for each in self.unknown)
