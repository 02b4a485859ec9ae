"""The source, destination and port of packets after NAT, as text."""

from collections.abc import Iterator

from taploom.base.address import Address, Family
from taploom.base.frozen import dataclass
from taploom.flows.algebra.spans import Spans
from taploom.flows.packets.packet import DESTINATION, PORT, SOURCE
from taploom.flows.reach.maps import Maps
from taploom.flows.reach.reply import Hop, Reply
from taploom.report.packets import addresses


@dataclass(frozen=True, slots=True)
class EndChange:
    """The changes that the NAT of a host makes to packets.

    Attributes:
        source: new source; None if it stays.
        destination: new destination; None if it stays.
        port: new destination ports; None if they stay.
    """

    source: str | None = None
    destination: str | None = None
    port: str | None = None


def change(maps: Maps, reply: Reply, hop: Hop) -> EndChange:
    """The changes that the NAT of one hop makes to the packets of a reply."""
    family, to = reply.family, hop.answer.destination
    destination, port = None, None
    if to is not None:
        before = reply.box[DESTINATION] if hop.to is None else ((hop.to, hop.to),)
        destination = _moved(family, before, to.shift) if to.address is None else str(Address(family, to.address))
        port = _ports(reply.box[PORT], to.port) if to.port else None
    return EndChange(_source(maps, reply, hop), destination, port)


def _source(maps: Maps, reply: Reply, hop: Hop) -> str | None:
    """The new source; for masquerade the address of the interface through which the packet leaves."""
    found, family = hop.answer.source, reply.family
    if found is None:
        return None
    if found.kind == "snat":
        return str(Address(family, found.value))
    if found.kind == "prefix":
        return _moved(family, hop.senders or reply.box[SOURCE], found.value)
    leaves = hop.way or hop.ingress
    fixed = maps.pair(hop.host, family).forwarding.addresses.get(leaves, ())
    return str(fixed[0]) if fixed else f"the address of {leaves}"


def _moved(family: Family, spans: Spans | None, by: int) -> str:
    return ", ".join(addresses(family, tuple((first + by, last + by) for first, last in spans or ())))


def _ports(spans: Spans | None, by: int) -> str:
    def texts() -> Iterator[str]:
        for first, last in spans or ():
            yield f"{first + by}" if first == last else f"{first + by}-{last + by}"

    return ", ".join(texts())
