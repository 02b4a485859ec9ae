"""Chooses the trials of a service: the ports at which the plan's answer could change."""

from collections.abc import Iterable, Iterator

from taploom.base.address import Family
from taploom.base.protocol import NUMBERS
from taploom.lab.datagrams import ICMP4, ICMP6, REQUESTS
from taploom.lab.oracle import ECHO, FirstPacket, Protocol
from taploom.plan.policy import Service
from taploom.plan.services import ICMP_TYPES, PORT_PROTOCOLS

Trial = tuple[Protocol, int]
"""A protocol and a port, as in `FirstPacket`."""
_WITH_PORTS = ("tcp", "udp", "sctp")
_BUSY = frozenset({67, 68, 546, 547})
"""UDP ports on which networkd listens."""
_ICMP = {Family.IPV4: ("icmp", ICMP4), Family.IPV6: ("icmpv6", ICMP6)}
_HEADERS = frozenset({"ah"})
"""Protocols that are extension headers in IPv6, so that a later header has the packet's protocol (RFC 8200, 4)."""


def edges(service: Service, family: Family) -> Iterator[tuple[int, Trial]]:
    """The trials of one service, each with a number: the ports around the ends of a range have the numbers 0 to 3."""
    name, number = _ICMP[family]
    if service.protocol in _WITH_PORTS:
        around = (service.first - 1, service.first, service.last, service.last + 1)
        for place, port in enumerate(around):
            if 0 < port < 65536 and not (service.protocol == "udp" and port in _BUSY):
                yield place, (service.protocol, port)
    elif service.protocol == name:
        echo = ECHO[family].first
        known = (kind for kind in REQUESTS[number] if kind != echo and service.first <= kind <= service.last)
        yield from ((kind, ("icmp", kind)) for kind in known)
    elif _portless(service, family):
        yield 0, (service.protocol, 0)


def others(said: Iterable[Service], family: Family, quiet: int) -> Iterator[Trial]:
    """The trials for the protocols of services other than TCP, UDP and ping."""
    for service in sorted(set(said)):
        if service.protocol == "sctp":
            yield "sctp", quiet
        elif service.protocol not in _WITH_PORTS:
            yield from (trial for _, trial in edges(service, family))


def _portless(service: Service, family: Family) -> bool:
    known = service.protocol not in (*PORT_PROTOCOLS, *ICMP_TYPES)
    return known and not (family is Family.IPV6 and service.protocol in _HEADERS)


def untried(services: Iterable[Service]) -> str:
    """The reason why no first packet can test these services; "" if a packet can, or if the list is empty."""
    found = list(services)
    tried = [each for service in found for family in Family for each in edges(service, family)]
    echoes = [
        s for s in found for own in ECHO.values() if s.protocol == own.protocol and s.first <= own.first <= s.last
    ]
    if not found or tried or echoes:
        return ""
    names = ", ".join(sorted({_word(service) for service in found}))
    if all(service.protocol in ICMP_TYPES for service in found):
        return f"the kernel drops a first packet of {names} as invalid, since such a message cannot begin a connection"
    return f"the lab cannot send a first packet of {names}"


def _word(service: Service) -> str:
    known = {number: name for name, number in ICMP_TYPES.get(service.protocol, {}).items()}
    return f"{service.protocol}/{known.get(service.first, service.first)}" if known else service.protocol


def named(packet: FirstPacket) -> str:
    """The service of a packet, in words."""
    if packet.protocol == "icmp":
        name, _ = _ICMP[packet.family]
        return _word(Service(name, packet.port, packet.port)) if packet.port else "ping"
    ported = packet.protocol in PORT_PROTOCOLS
    return f"{packet.protocol}/{packet.port}" if ported or packet.protocol not in NUMBERS else packet.protocol
