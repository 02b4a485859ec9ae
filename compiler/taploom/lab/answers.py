"""Checks that replies would take the path of their requests; otherwise a lost reply looks like a dropped request.

A reply on another path passes other hosts, which do not track its connection, or a world that has no route for it.
"""

from taploom.base.address import Address
from taploom.lab.atlas import Atlas, NowhereError, UnclearError
from taploom.plan.host import Host
from taploom.plan.interfaces import HostInterface


def straight(atlas: Atlas, there: tuple[Host, HostInterface], sender: Address, came: Host | None) -> None:
    """Checks that replies return directly to the host that sent the packet, not through another host.

    Args:
        atlas: the site.
        there: the host that answers, and the uplink by which the request arrives.
        sender: the source address of the request.
        came: the host that sent the packet; None if the packet comes from the world beyond the uplink.

    Raises:
        UnclearError: The reply would pass another host.
    """
    host, entry = there
    via = atlas.way(host, sender).via
    hop = atlas.uplink_at(entry.zone, via) if via else None
    if hop and hop[0] is not came:
        raise UnclearError(f"{host.name} would reply through {hop[0].name}")


def across(atlas: Atlas, host: Host, sender: Address, to: Address) -> None:
    """Checks that replies return through a host, if it forwards the requests between the worlds of two zones.

    Raises:
        NowhereError: The other zone has the sender's address, too, so no reply leaves that zone.
        UnclearError: The replies of the other zone take another path.
    """
    way = atlas.way(host, to)
    if way.uplink is None or to not in atlas.zone_addresses[way.uplink.zone]:
        return
    zone = way.uplink.zone
    if sender in atlas.zone_addresses[zone]:
        raise NowhereError(f"zone {zone} also has the sender's address {sender}")
    if atlas.carrier(zone, sender) != (host, way.uplink):
        raise UnclearError(f"zone {zone} would not reply through {way.uplink.device} of {host.name}")


def returned(atlas: Atlas, zone: str, sender: Address, host: Host) -> None:
    """Checks that a zone's world would reply through the host that sent the packet.

    Raises:
        UnclearError: The world would reply through another host, or has no route for the reply.
    """
    back = atlas.entrance(zone, sender)
    if back is None or back[0] is not host:
        raise UnclearError(f"zone {zone} would not reply through {host.name}")
