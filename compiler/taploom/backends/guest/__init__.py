"""The networkd units of a guest: one for each NIC, matched by its hardware address.

The names of a guest's interfaces depend on its distribution and are not known beforehand, but the plan has the hardware
addresses. A bridge, a VLAN or a macvlan on top of a NIC inherits the address of the NIC and must not be mistaken for
the NIC, so the match excludes these kinds. `Kind=!*` would exclude too much: the NIC of a container is a veth or a TAP.
"""

from taploom.backends.artifact import Artifact
from taploom.backends.guest import addressing, source_routing
from taploom.backends.units import printer
from taploom.backends.units.tree import Assignment, Section, Unit, UnitKind, section, stem, unit
from taploom.base.identity import remembered
from taploom.plan.guest import Guest, Mode, Nic
from taploom.plan.host import ETHERNET_MTU

STACKED = "!bond bridge ipvlan ipvtap macsec macvlan macvtap team vlan vrf"
"""Kinds of links that can inherit the hardware address of the link below; a leading `!` negates the whole list."""


@remembered
def units(guest: Guest) -> tuple[Unit, ...]:
    """The units of a guest, sorted by network."""
    tables = source_routing.tables(guest)
    routed = any(nic.ipv4.default_route for nic in guest.nics), any(nic.ipv6.default_route for nic in guest.nics)
    return tuple(_unit(nic, tables.get(nic.network), routed) for nic in guest.nics)


def artifacts(guest: Guest) -> tuple[Artifact, ...]:
    """The units as files of `guests/GUEST/networkd`."""
    return printer.artifacts(units(guest), f"guests/{guest.name}/networkd")


def _unit(nic: Nic, table: int | None, routed: tuple[bool, bool]) -> Unit:
    """The unit of a NIC; it ignores the resolvers learned in a family whose default route is on other NICs only.

    Args:
        nic: the NIC.
        table: its routing table, or None.
        routed: whether any NIC of the guest has a default route, first for IPv4, then for IPv6.
    """
    here, (dns4, dns6) = nic.origin, (nic.ipv4.default_route or not routed[0], nic.ipv6.default_route or not routed[1])
    sections = (
        section("Match", here, ("MACAddress", str(nic.mac)), ("Kind", STACKED)),
        section("Link", here, ("MTUBytes", nic.mtu or ETHERNET_MTU)),
        _network(nic),
        *source_routing.sections(nic, table),
        *addressing.dhcp4(nic, dns=dns4),
        *addressing.accept_ra(nic, dns=dns6),
    )
    return unit(stem(5, nic.network), UnitKind.NETWORK, here, sections)


def _network(nic: Nic) -> Section:
    """`[Network]`: first the keys that occur once, then static addresses, gateways and resolvers of both families."""
    base = section(
        "Network",
        nic.origin,
        ("DHCP", "ipv4" if addressing.by_dhcp(nic.ipv4) else "no"),
        ("LinkLocalAddressing", "no" if nic.ipv6.mode is Mode.NONE else "ipv6"),
        ("IPv6AcceptRA", addressing.listens(nic)),
        ("IPv6PrivacyExtensions", False),
        ("Domains", nic.domain or None),
    )
    fixed = [("Address", address) for address in addressing.static(nic)]
    routes = [("Gateway", address) for address in addressing.gateways(nic)]
    resolvers = [("DNS", str(address)) for address in nic.dns]
    return Section(
        "Network", (*base.assignments, *(Assignment(k, v, nic.origin) for k, v in (*fixed, *routes, *resolvers)))
    )
