"""A network of the spec on its host: the bridge, its addresses, and who serves addresses on it.

The bridge has to work before its first guest comes, so it is configured without carrier, and its IPv6 address without
duplicate address detection: there is nobody to ask, the address would stay tentative and unusable, and later a
guest could take the gateway's address away by answering.
"""

from netloom.backends.networkd import dhcp, ra, route
from netloom.backends.units.tree import Kind, Section, Unit, section, stem, unit
from netloom.plan.host import Bridge, Host


def units(host: Host, bridge: Bridge) -> tuple[Unit, Unit]:
    """The device of a bridge, and what is configured on it."""
    here, name = bridge.origin, stem(6, bridge.device)
    device = section(
        "NetDev", here, ("Name", bridge.device), ("Kind", "bridge"), ("MACAddress", str(bridge.mac(host.name)))
    )
    prefixes = [interface.prefix for interface in (bridge.ipv4, bridge.ipv6) if interface]
    sections = (
        section("Match", here, ("Name", bridge.device), ("Kind", "bridge")),
        section("Link", here, ("MTUBytes", bridge.mtu), ("RequiredForOnline", False)),
        _network(bridge),
        *_addresses(bridge),
        *route.static(host.routes, bridge.device, prefixes),
        *dhcp.sections(bridge, host.target),
        *ra.sections(bridge),
    )
    return unit(name, Kind.NETDEV, here, (device,)), unit(name, Kind.NETWORK, here, sections)


def _network(bridge: Bridge) -> Section:
    """`[Network]`: never a client of what a guest might advertise."""
    return section(
        "Network",
        bridge.origin,
        ("ConfigureWithoutCarrier", True),
        ("LinkLocalAddressing", "ipv6" if bridge.ipv6 else "no"),
        ("IPv6AcceptRA", False),
        ("DHCPServer", True if bridge.dhcp else None),
        ("IPv6SendRA", True if bridge.ra else None),
        ("LLMNR", False),
        ("MulticastDNS", False),
    )


def _addresses(bridge: Bridge) -> tuple[Section, ...]:
    """The host's own addresses; the trap that the module's header tells of is one of IPv6 alone."""
    here = bridge.origin
    found: list[Section] = []
    if bridge.ipv4:
        found.append(section("Address", here, ("Address", str(bridge.ipv4))))
    if bridge.ipv6:
        found.append(section("Address", here, ("Address", str(bridge.ipv6)), ("DuplicateAddressDetection", "none")))
    return tuple(found)
