"""Converts services to the dimensions protocol and port of boxes."""

from taploom.base.address import Family
from taploom.base.protocol import NUMBERS
from taploom.flows.algebra.spans import Spans
from taploom.flows.packets.packet import LAST_PORT, types
from taploom.plan.policy import Service
from taploom.plan.services import PORT_PROTOCOLS

_ONE_FAMILY = {"icmp": Family.IPV4, "igmp": Family.IPV4, "icmpv6": Family.IPV6}
Traffic = tuple[Spans | None, Spans | None]
"""The protocols and ports of a box; None for all."""

ANYTHING: Traffic = (None, None)


def traffic(service: Service, family: Family) -> Traffic | None:
    """The protocol and ports of a service in a family; None if the protocol does not exist there."""
    if _ONE_FAMILY.get(service.protocol, family) is not family:
        return None
    number = NUMBERS[service.protocol]
    protocol: Spans = ((number, number),)
    if service.protocol in ("icmp", "icmpv6"):
        return protocol, types(service.first, service.last)
    if service.protocol not in PORT_PROTOCOLS or (service.first, service.last) == (0, LAST_PORT):
        return protocol, None
    return protocol, ((service.first, service.last),)


def all_traffic(services: tuple[Service, ...] | None, family: Family) -> tuple[Traffic, ...]:
    """The protocol and ports of each service in a family; if `services` is None, all traffic."""
    if services is None:
        return (ANYTHING,)
    return tuple(found for service in services if (found := traffic(service, family)))
