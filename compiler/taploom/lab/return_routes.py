"""Adds routes to the site in the worlds, so that packets reach the ruleset that should drop them.

A neighbour on an uplink's link can send directly to the addresses of guests, translated or not; for public addresses
behind a host, this is intended. So each world has routes to the site's networks, to the prefixes to which hosts
translate, and to the addresses of the hosts' other uplinks. Each route leads to the uplink of the host that has the
addresses. With these routes, a packet that does not arrive was dropped, and not lost for lack of a route.

Each world also has routes to the worlds of other zones through a host between them, if there is such a host.

If a host has a single address and a gateway outside its prefix, as at some hosting companies, the router has a route
to this address on the link.
"""

from collections.abc import Iterator, Mapping

from taploom.base.address import Prefix
from taploom.lab.atlas import Atlas
from taploom.lab.build import RunningSite
from taploom.lab.outside import OutsideLink
from taploom.plan.host import Host
from taploom.plan.interfaces import HostInterface, inside
from taploom.plan.policy import NatKind


def lead_home(site: RunningSite, atlas: Atlas) -> None:
    """Adds the routes to all worlds; call it only after the uplinks have their addresses."""
    for zone, world in site.worlds.items():
        near = "".join(f"route replace {to} dev {link}\n" for to, link in _on_link(atlas, zone))
        commands = near + "".join(
            f"route replace {to} via {hop} dev {link}\n" for to, hop, link in _routes(atlas, zone)
        )
        if commands:
            world.machine.run("ip", "-batch", "-", text=commands)


def _on_link(atlas: Atlas, zone: str) -> Iterator[tuple[Prefix, str]]:
    """The addresses of uplinks that are in no prefix of the router on their link, each with the link."""
    for link in atlas.beyond[zone].links:
        families = {router.family for router in link.routers}
        for host, uplink in link.uplinks:
            for family in sorted(families, key=lambda family: family.value):
                hop = atlas.uplink_address(atlas.hosts[host], uplink, family)
                if hop and not any(hop in router.prefix for router in link.routers):
                    yield hop.prefix, link.name


def _routes(atlas: Atlas, zone: str) -> Iterator[tuple[str, str, str]]:
    links = {member: link for link in atlas.beyond[zone].links for member in link.uplinks}
    for host in atlas.plan.hosts:
        far = (a.prefix for (name, _, _), a in atlas.ground.uplinks.items() if name == host.name)
        for prefix in (*_prefixes(host), *(one for one in far if not atlas.uplink_at(zone, one.first))):
            there = atlas.home(zone, prefix.first)
            if there is None or there[0] is not host:
                continue
            yield from _by(atlas, links, there, prefix)
    for other in (found for found in atlas.beyond.values() if found.zone != zone):
        for address, _ in other.addresses:
            carrier = atlas.carrier(zone, address)
            yield from _by(atlas, links, carrier, address.prefix) if carrier else ()


def _by(
    atlas: Atlas, links: Mapping[tuple[str, str], OutsideLink], there: tuple[Host, HostInterface], prefix: Prefix
) -> Iterator[tuple[str, str, str]]:
    host, uplink = there
    hop, link = atlas.uplink_address(host, uplink.device, prefix.family), links[host.name, uplink.device]
    if hop and any(router.family is prefix.family for router in link.routers):
        yield str(prefix), str(hop), link.name


def _prefixes(host: Host) -> Iterator[Prefix]:
    yield from (own.prefix for each in inside(host) for own in each.fixed)
    yield from (nat.to for nat in host.nat if nat.kind is NatKind.PREFIX and nat.to)
