"""The DHCPv4 server of a bridge (networkd has no DHCPv6 server)."""

from taploom.backends.units.tree import Assignment, Section, section
from taploom.base.address import Family
from taploom.plan.host import Bridge, DhcpServer, Target

PERSISTENT_LEASES = 256
"""From this version of systemd on, networkd keeps leases on disk; see `_server`."""
MTU_OPTION, DOMAIN_OPTION = 26, 15
"""Codes of DHCP options (RFC 2132)."""


def sections(bridge: Bridge, target: Target) -> tuple[Section, ...]:
    """`[DHCPServer]` and a `[DHCPServerStaticLease]` for each reservation; empty for a network without DHCP."""
    if not (bridge.dhcp and bridge.ipv4):
        return ()
    leases = (
        section("DHCPServerStaticLease", lease.origin, ("MACAddress", str(lease.mac)), ("Address", str(lease.address)))
        for lease in bridge.dhcp.leases
    )
    start = bridge.dhcp.first.value - bridge.ipv4.prefix.value
    return (_server(bridge, bridge.dhcp, start, target), *leases)


def _server(bridge: Bridge, dhcp: DhcpServer, start: int, target: Target) -> Section:
    """The server's own section.

    Without resolvers in the spec, networkd announces the resolvers of the uplink. Leases are not kept on disk: if the
    plan moves a reserved address to another guest, a stored lease of the first guest must not win over the reservation.
    """
    resolvers = [str(address) for address in bridge.dns if address.family is Family.IPV4]
    base = section(
        "DHCPServer",
        dhcp.origin,
        ("PoolOffset", start),
        ("PoolSize", dhcp.last.value - dhcp.first.value + 1),
        ("DefaultLeaseTimeSec", dhcp.lease),
        ("MaxLeaseTimeSec", dhcp.lease),
        ("PersistLeases", False if target.systemd >= PERSISTENT_LEASES else None),
        ("EmitDNS", bool(resolvers) if bridge.dns else None),
    )
    options = [
        *(("DNS", address) for address in resolvers),
        *([("SendOption", f"{DOMAIN_OPTION}:string:{bridge.domain}")] if bridge.domain else []),
        *([("SendOption", f"{MTU_OPTION}:uint16:{bridge.mtu}")] if bridge.mtu else []),
    ]
    return Section("DHCPServer", (*base.assignments, *(Assignment(key, value, dhcp.origin) for key, value in options)))
