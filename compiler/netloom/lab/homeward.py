"""Routes of the worlds towards the site, so that nothing is unreachable that the ruleset should keep out.

A neighbour on an uplink's link can send straight to the addresses of guests, translated or not; whoever has public
addresses behind a host expects it. So each world routes the site's networks, and the prefixes that hosts translate
to, by the uplink of the host that has them: what then does not arrive was dropped, and not lost.
"""

from collections.abc import Iterator

from netloom.base.address import Prefix
from netloom.lab.atlas import Atlas
from netloom.lab.build import Site
from netloom.plan.host import Host
from netloom.plan.policy import NatKind


def lead_home(site: Site, atlas: Atlas) -> None:
    """Adds the routes to the worlds; the uplinks must have their addresses."""
    for zone, world in site.worlds.items():
        commands = "".join(f"route replace {to} via {hop} dev {link}\n" for to, hop, link in _routes(atlas, zone))
        if commands:
            world.machine.run("ip", "-batch", "-", text=commands)


def _routes(atlas: Atlas, zone: str) -> Iterator[tuple[str, str, str]]:
    links = {member: link for link in atlas.beyond[zone].links for member in link.uplinks}
    for host in atlas.plan.hosts:
        for prefix in _prefixes(host):
            there = atlas.home(zone, prefix.first)
            if there is None or there[0] is not host:
                continue
            uplink = there[1].name
            hop, link = atlas.uplink_address(host, uplink, prefix.family), links[host.name, uplink]
            if hop and any(router.family is prefix.family and hop in router.prefix for router in link.routers):
                yield str(prefix), str(hop), link.name


def _prefixes(host: Host) -> Iterator[Prefix]:
    yield from (own.prefix for bridge in host.bridges for own in (bridge.ipv4, bridge.ipv6) if own)
    yield from (nat.to for nat in host.nat if nat.kind is NatKind.PREFIX and nat.to)
