"""An uplink: an interface that exists already, matched by its name, with the addresses that the spec gives it."""

from collections.abc import Iterable

from taploom.backends.networkd import route
from taploom.backends.units.tree import Assignment, Section, Unit, UnitKind, section, stem
from taploom.backends.units.tree import unit as make
from taploom.plan.host import Fixed, Learned, Route, Uplink


def unit(uplink: Uplink, routes: Iterable[Route]) -> Unit:
    """The unit of an uplink, with the routes that leave by it.

    Resolvers in the spec replace all learned ones. This includes resolvers from DHCPv6, as a router advertisement can
    tell the host to use DHCPv6 (RFC 4861, 4.2, `M` and `O`).
    """
    here, fixed = uplink.origin, fixed_of(uplink)
    learned_dns, metric = ("UseDNS", False if uplink.dns else None), ("RouteMetric", uplink.metric)
    prefixes = [f.interface.prefix for f in fixed]
    sections = (
        section("Match", here, ("Name", uplink.name)),
        section("Link", here, ("MTUBytes", uplink.mtu)),
        _network(uplink, fixed),
        *route.gateways(fixed, uplink.metric, here),
        *route.static(routes, uplink.name, prefixes),
        *([section("DHCPv4", here, learned_dns, metric)] if uplink.ipv4 is Learned.DHCP else []),
        *([section("DHCPv6", here, learned_dns)] if uplink.ipv6 is Learned.RA else []),
        *([section("IPv6AcceptRA", here, learned_dns, metric, *_route_only(uplink))] if uplink.advertised else []),
    )
    return make(stem(5, uplink.name), UnitKind.NETWORK, here, sections)


def fixed_of(uplink: Uplink) -> tuple[Fixed, ...]:
    """The static addresses of an uplink, IPv4 first."""
    return tuple(f for f in (uplink.ipv4, uplink.ipv6) if isinstance(f, Fixed))


def _network(uplink: Uplink, fixed: Iterable[Fixed]) -> Section:
    """`[Network]`; `IPv6AcceptRA` is explicit, as its default is `no` once the host forwards."""
    base = section(
        "Network",
        uplink.origin,
        ("DHCP", "ipv4" if uplink.ipv4 is Learned.DHCP else "no"),
        ("LinkLocalAddressing", "ipv6" if uplink.ipv6 else "no"),
        ("IPv6AcceptRA", uplink.advertised),
        ("LLMNR", False),
        ("MulticastDNS", False),
    )
    addresses = (Assignment("Address", str(f.interface), uplink.origin) for f in fixed)
    resolvers = (Assignment("DNS", str(address), uplink.origin) for address in uplink.dns)
    return Section("Network", (*base.assignments, *addresses, *resolvers))


def _route_only(uplink: Uplink) -> tuple[tuple[str, bool | None], ...]:
    """Settings for a static IPv6 address: advertisements bring only the default route, no address, no on-link prefix.

    An advertisement can ask for a DHCPv6 client, which would bring an address too (RFC 4861, 4.2, `M`).
    """
    accepted = False if isinstance(uplink.ipv6, Fixed) else None
    return tuple((key, accepted) for key in ("UseAutonomousPrefix", "UseOnLinkPrefix", "DHCPv6Client"))
