"""The networkd settings by which a NIC gets its addresses and its default route.

A guest's packets must have the source addresses that policy and spoof guard expect. A NIC with a fixed IPv6 address
therefore takes only the route from router advertisements. If it took their prefix, too, it would form a SLAAC address
and send from that address. A DHCP client identifies itself by its hardware address, since networkd's server looks
reservations up by the client identifier.
"""

from taploom.backends.units.tree import Section, section
from taploom.plan.guest import Mode, Nic, NicAddress


def by_dhcp(address: NicAddress) -> bool:
    """Whether the NIC gets the address by DHCP; it may be reserved or from the pool."""
    return address.mode in (Mode.RESERVED, Mode.DHCP)


def listens(nic: Nic) -> bool:
    """Whether the NIC accepts router advertisements, for an address or for the default route."""
    match nic.ipv6.mode:
        case Mode.SLAAC:
            return True
        case Mode.STATIC:
            return nic.ra and nic.ipv6.default_route
        case Mode.NONE:
            return False
        case Mode.RESERVED | Mode.DHCP:
            raise ValueError(f"{nic.network}: networkd serves no DHCPv6")


def static(nic: Nic) -> tuple[str, ...]:
    """Addresses configured in the guest, with their prefix lengths."""
    return tuple(f"{a.address}/{a.length}" for a in (nic.ipv4, nic.ipv6) if a.mode is Mode.STATIC)


def gateways(nic: Nic) -> tuple[str, ...]:
    """Next hops of default routes that neither DHCP nor RA brings."""
    addresses = (nic.ipv4, nic.ipv6) if not listens(nic) else (nic.ipv4,)
    return tuple(str(a.gateway) for a in addresses if a.mode is Mode.STATIC and a.gateway and a.default_route)


def dhcp4(nic: Nic, *, dns: bool) -> tuple[Section, ...]:
    """`[DHCPv4]` of a NIC that takes its address by DHCP."""
    if not by_dhcp(nic.ipv4):
        return ()
    return (
        section(
            "DHCPv4",
            nic.origin,
            ("ClientIdentifier", "mac"),
            ("UseDNS", None if dns else False),
            ("UseGateway", None if nic.ipv4.default_route else False),
        ),
    )


def accept_ra(nic: Nic, *, dns: bool) -> tuple[Section, ...]:
    """`[IPv6AcceptRA]` of a NIC that listens to advertisements.

    The host has no DHCPv6 server, so an advertisement that asks for DHCPv6 is not from the host.
    """
    if not listens(nic):
        return ()
    fixed = nic.ipv6.mode is Mode.STATIC
    return (
        section(
            "IPv6AcceptRA",
            nic.origin,
            ("Token", None if fixed else "eui64"),
            ("DHCPv6Client", False),
            ("UseAutonomousPrefix", False if fixed else None),
            ("UseOnLinkPrefix", False if fixed else None),
            ("UseDNS", None if dns else False),
            ("UseGateway", None if nic.ipv6.default_route else False),
        ),
    )
