"""The zones beyond the uplinks of a picture: a card beside each host, or one card between two hosts that it joins.

A single card for all hosts would have lines that cross. So a zone such as the internet has a card beside every host
that is connected to it. A zone has one card between two hosts only if it connects exactly these two hosts, and neither
of them has a default route to the zone.
"""

from collections.abc import Iterator, Sequence

from taploom.base.frozen import dataclass
from taploom.diagrams.cards import uplink_name, zone_name
from taploom.plan.host import Fixed, Host
from taploom.plan.interfaces import HostInterface, outside
from taploom.plan.site import Plan


@dataclass(frozen=True, slots=True)
class Outside:
    """A card outside of the hosts.

    Attributes:
        name: its identity in the picture.
        zone: the zone that it shows.
        uplinks: cards of the uplinks that lead there.
    """

    name: str
    zone: str
    uplinks: tuple[str, ...]


def outsides(plan: Plan, hosts: Sequence[Host]) -> tuple[Outside, ...]:
    """The cards of a picture of some hosts, from top to bottom."""
    joined = {zone.name for zone in plan.zones if _joins(zone.name, hosts)}
    found: dict[str, Outside] = {}
    for number, host in enumerate(hosts):
        for uplink in ordered(host, joined, last=number % 2 == 0):
            alone = len(hosts) == 1 or uplink.zone in joined
            name = zone_name(uplink.zone) if alone else f"{zone_name(uplink.zone)}:{host.name}"
            before = found[name].uplinks if name in found else ()
            found[name] = Outside(name, uplink.zone, (*before, uplink_name(host.name, uplink.device)))
    return tuple(found.values())


def ordered(host: Host, joined: set[str], *, last: bool) -> list[HostInterface]:
    """A host's uplinks from top to bottom; those to a zone that joins two hosts are last if `last`, else first."""
    return sorted(outside(host), key=lambda uplink: (uplink.zone in joined) is last)


def _joins(zone: str, hosts: Sequence[Host]) -> bool:
    at = [number for number, host in enumerate(hosts) for uplink in outside(host) if uplink.zone == zone]
    return len(at) == 2 and at[0] % 2 == 0 and at[1] == at[0] + 1 and not any(_leaves(zone, hosts))


def _leaves(zone: str, hosts: Sequence[Host]) -> Iterator[bool]:
    """For each uplink of a zone, whether its host has a default route by that uplink."""
    for host in hosts:
        for uplink in outside(host):
            if uplink.zone == zone:
                own = [found for found in (uplink.ipv4, uplink.ipv6) if found]
                yield any(not isinstance(found, Fixed) or found.gateway is not None for found in own)
