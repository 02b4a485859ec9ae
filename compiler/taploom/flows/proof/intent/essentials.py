"""Traffic that is allowed without any entry and cannot be denied: ICMP errors, discovery, DHCP, DNS and RA."""

from collections.abc import Iterator

from taploom.base.address import Family, Prefix, in_family, parse_prefix
from taploom.base.protocol import NUMBERS
from taploom.flows.algebra.diagram import Box
from taploom.flows.algebra.spans import Spans, of_prefix, united
from taploom.flows.packets.answer import Answer
from taploom.flows.packets.forwarding import Forwarding
from taploom.flows.packets.packet import ICMP, box, types
from taploom.flows.proof.intent.interface_view import InterfaceView
from taploom.plan.host import Learned
from taploom.plan.interfaces import HostInterface, inside, outside

Decided = tuple[Box, Answer]
UDP, TCP = ((NUMBERS["udp"],) * 2,), ((NUMBERS["tcp"],) * 2,)
ON_LINK: Spans = ((255, 255),)
"""The hop limit of discovery messages that no router has forwarded (RFC 4861, 7.1)."""
LINK_LOCAL: Spans = (of_prefix(Prefix(Family.IPV6, 0xFE80 << 112, 10)),)
_UNSPECIFIED: Spans = ((0, 0),)
_NEVER = {
    Family.IPV4: ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4"),
    Family.IPV6: ("::1", "::ffff:0:0/96", "ff00::/8"),
}
"""Prefixes of reserved addresses, which no sender in another network has (RFC 6890)."""


def implied(name: str) -> Answer:
    """The answer for traffic that is allowed without an entry."""
    return Answer("allow", f"implied/{name}")


def icmp(family: Family, *ranges: tuple[int, int], **more: Spans) -> Box:
    """The box of ICMP messages of some types; `more` gives further dimensions."""
    ports = united(span for first, last in ranges for span in types(first, last))
    return box(protocol=((ICMP[family],) * 2,), port=ports, **more)


DISCOVERY: Decided = (icmp(Family.IPV6, (133, 137), hop_limit=ON_LINK), implied("nd"))
"""Router and neighbour discovery among the guests of one bridge, with its answer."""


def everywhere(family: Family) -> Iterator[Decided]:
    """Traffic that a host must accept on every link."""
    if family is Family.IPV4:
        yield icmp(family, (3, 3), (11, 12)), implied("icmp")
        return
    yield icmp(family, (1, 4)), implied("icmpv6")
    yield icmp(family, (135, 136), hop_limit=ON_LINK), implied("nd")
    yield icmp(family, (130, 132), (143, 143), source=LINK_LOCAL), implied("mld")


def served(here: HostInterface, family: Family) -> Iterator[Decided]:
    """Requests of a network's guests to the services of the host."""
    if here.dhcp and family is Family.IPV4:
        yield box(protocol=UDP, port=((67, 67),), sender_port=((68, 68),)), implied("dhcp")
    if here.serves_dns:
        yield box(protocol=united((*TCP, *UDP)), port=((53, 53),)), implied("dns")
    if here.ra and family is Family.IPV6:
        yield icmp(family, (133, 133), hop_limit=ON_LINK), implied("rs")


def learning(here: HostInterface, family: Family) -> Iterator[Decided]:
    """Packets from which an interface learns its address or its default route."""
    learned = isinstance(in_family(here, family), Learned)
    if learned and family is Family.IPV4:
        yield _offers(), implied("dhcp-client")
    if here.advertised and family is Family.IPV6:
        yield icmp(family, (134, 134), hop_limit=ON_LINK), implied("ra-client")
    if learned and family is Family.IPV6:
        dhcp = box(protocol=UDP, port=((546, 546),), sender_port=((547, 547),), source=LINK_LOCAL)
        yield dhcp, implied("dhcp-client")


def _offers() -> Box:
    return box(protocol=UDP, port=((68, 68),), sender_port=((67, 67),))


def plausible(view: InterfaceView, ingress: str) -> Iterator[Decided]:
    """Early answers about the sources of packets on an interface; the first box that contains a packet decides."""
    forwarding = view.forwarding
    uplink = next((each for each in outside(forwarding.host) if each.device == ingress), None)
    if forwarding.family is Family.IPV4:
        asked = united((*forwarding.broadcast, *forwarding.multicast))
        yield box(source=_UNSPECIFIED, destination=asked), implied("dhcp")
    else:
        yield box(source=united((*_UNSPECIFIED, *LINK_LOCAL))), implied("nd")
    if uplink:
        yield box(source=_bogus(forwarding)), Answer("drop", "implied/bogon")
        if forwarding.family is Family.IPV4 and isinstance(uplink.ipv4, Learned):
            here = united((*forwarding.own, *forwarding.broadcast))
            yield box(protocol=UDP, port=((68, 68),), sender_port=((67, 67),), destination=here), implied("dhcp-client")
        if astray := forwarding.astray(ingress):
            yield box(source=astray), Answer("drop", "implied/reverse-path")
    strict = uplink is None or len(outside(forwarding.host)) == 1
    yield box(source=forwarding.missing(ingress if strict else None)), Answer("drop", "implied/reverse-path")


def never(family: Family) -> Spans:
    """The reserved source addresses of a family, which no sender beyond an uplink has."""
    return united(of_prefix(parse_prefix(text)) for text in _NEVER[family])


def _bogus(forwarding: Forwarding) -> Spans:
    """Sources that no sender beyond an uplink has: reserved addresses, and those of the host and its networks."""
    local = (link.prefix for each in inside(forwarding.host) if (link := each.own(forwarding.family)))
    own = (address.prefix for found in forwarding.addresses.values() for address in found)
    return united([*never(forwarding.family), *(of_prefix(prefix) for prefix in (*local, *own))])
