"""A network of the spec on its host: the bridge, its addresses, its DHCP server and its router advertisements.

The bridge has to work before its first guest starts, so networkd configures it without carrier, and adds its IPv6
address without duplicate address detection. Without carrier the detection cannot finish, and the address would stay
tentative and unusable. With carrier, a guest that answers the probe could make the host give up the gateway's address.
The MTU is always written: networkd leaves a link's MTU alone if the unit does not set it, so an MTU that was removed
from the spec would stay.
"""

from collections.abc import Iterable

from taploom.backends.networkd import dhcp, ra, route
from taploom.backends.units.tree import Assignment, Section, Unit, UnitKind, section, stem, unit
from taploom.base.address import Address, Family
from taploom.plan.host import ETHERNET_MTU, Bridge, Host
from taploom.plan.interfaces import within


def units(host: Host, bridge: Bridge) -> tuple[Unit, Unit]:
    """The units of a bridge: the `.netdev` that creates it and the `.network` that configures it."""
    here, name = bridge.origin, stem(6, bridge.device)
    device = section(
        "NetDev", here, ("Name", bridge.device), ("Kind", "bridge"), ("MACAddress", str(bridge.mac(host.name)))
    )
    prefixes = [interface.prefix for interface in (bridge.ipv4, bridge.ipv6) if interface]
    sections = (
        section("Match", here, ("Name", bridge.device), ("Kind", "bridge")),
        section("Link", here, ("MTUBytes", bridge.mtu or ETHERNET_MTU), ("RequiredForOnline", _required(host))),
        _network(bridge, within(host, prefixes)),
        *_addresses(bridge),
        *route.static(host.routes, bridge.device, prefixes),
        *dhcp.sections(bridge, host.target),
        *ra.sections(bridge),
    )
    return unit(name, UnitKind.NETDEV, here, (device,)), unit(name, UnitKind.NETWORK, here, sections)


def _required(host: Host) -> str | bool:
    """`RequiredForOnline` of a bridge: boot waits for a bridge only if networkd configures no uplink of the host.

    `systemd-networkd-wait-online` ignores links that networkd does not configure, and fails after two minutes if no
    link is required. A bridge that is required in the state `no-carrier` is ready as soon as it is configured.
    """
    return False if any(uplink.configured for uplink in host.uplinks) else "no-carrier"


def _network(bridge: Bridge, elsewhere: Iterable[Address]) -> Section:
    """`[Network]`; the host ignores router advertisements on the bridge, as only a guest could send them there.

    Args:
        bridge: the network.
        elsewhere: addresses of the host's uplinks within the network's prefixes. Linux answers ARP on any link for all
            addresses of the host, but neighbour solicitations only for addresses of the link itself, so the bridge has
            to be a proxy for these addresses of uplinks.
    """
    base = section(
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
    proxied = [str(address) for address in elsewhere if address.family is Family.IPV6]
    return Section(
        "Network", (*base.assignments, *(Assignment("IPv6ProxyNDPAddress", text, bridge.origin) for text in proxied))
    )


def _addresses(bridge: Bridge) -> tuple[Section, ...]:
    """The host's own addresses; duplicate address detection is off for IPv6 (see the module's docstring)."""
    here = bridge.origin
    found: list[Section] = []
    if bridge.ipv4:
        found.append(section("Address", here, ("Address", str(bridge.ipv4))))
    if bridge.ipv6:
        found.append(section("Address", here, ("Address", str(bridge.ipv6)), ("DuplicateAddressDetection", "none")))
    return tuple(found)
