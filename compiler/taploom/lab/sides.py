"""Finds the sides of a host (the plan's `Side`) from which a packet comes and to which it goes."""

from taploom.base.address import Address
from taploom.lab.atlas import EgressRoute
from taploom.plan.host import Host
from taploom.plan.interfaces import HostInterface
from taploom.plan.policy import Side, SideKind

SELF = Side(SideKind.SELF)


def ingress(host: Host, interface: HostInterface, sender: Address) -> Side:
    """The side from which a packet comes, by its ingress interface and its source address."""
    if interface.network:
        return Side(SideKind.BRIDGE, interface.network)
    return _far(host, interface.zone, sender)


def egress(host: Host, way: EgressRoute, to: Address) -> Side:
    """The side to which a packet goes, by its route and its destination address."""
    if way.network:
        return Side(SideKind.BRIDGE, way.network.network)
    return _far(host, way.uplink.zone, to) if way.uplink else SELF


def _far(host: Host, zone: str, address: Address) -> Side:
    """The side of an address beyond an uplink; OTHER for addresses of the site in no remote prefix."""
    if any(address in prefix for prefix in host.remote_prefixes):
        return Side(SideKind.REMOTE, zone)
    if any(address in prefix for prefix in host.site_prefixes):
        return Side(SideKind.OTHER)
    return Side(SideKind.OUTSIDE, zone)
