"""Builders of hosts, networks and guests with few features, for variants of the seed's plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests import plans

from taploom.base.address import Interface, parse_address, parse_interface, parse_mac
from taploom.plan.guest import Guest, Mode, Nic, NicAddress
from taploom.plan.host import Bridge, DhcpServer, Host, Lease, Port, RouterAdvertisement, Taps, Uplink

NONE = NicAddress(Mode.NONE, None, 0, None, allocated=False)


def mac_of(name: str, network: str) -> str:
    """A MAC address derived from the names of a guest and a network."""
    return f"02:{sum(name.encode()) % 251:02x}:{sum(network.encode()) % 251:02x}:00:00:{len(name):02x}"


def nic(
    name: str, bridge: Bridge, tap: str, ipv4: str = "none", ipv6: str = "none", default_route: bool = True, **more: Any
) -> Nic:
    """A NIC on a bridge; write its addresses as `static 10.1.0.5`, `reserved 10.1.0.5`, `slaac`, `dhcp` or `none`."""
    mac = parse_mac(mac_of(name, bridge.network))
    addresses = []
    for text, interface in ((ipv4, bridge.ipv4), (ipv6, bridge.ipv6)):
        mode, _, address = text.partition(" ")
        found = _address(Mode(mode), address, interface)
        addresses.append(replace(found, default_route=default_route and found.gateway is not None))
    base = Nic(
        bridge.network, tap, bridge.device, mac, addresses[0], addresses[1],
        ra=bridge.ra is not None, dns=(), domain=bridge.domain, mtu=bridge.mtu,
        origin=plans.origin(f"guests.{name}.nics.{bridge.network}"),
    )  # fmt: skip
    return replace(base, **more)


def _address(mode: Mode, address: str, interface: Interface | None) -> NicAddress:
    if mode is Mode.NONE or interface is None:
        return NONE
    known = parse_address(address) if address else None
    return NicAddress(mode, known, interface.length, interface.address, allocated=False)


def bridge(network: str, ipv4: str = "", ipv6: str = "", **more: Any) -> Bridge:
    """The bridge `br-NETWORK` of a network, without DHCP and RA."""
    here = plans.origin(f"networks.{network}")
    base = Bridge(
        network=network, device=f"br-{network}", zone=network, ipv4=parse_interface(ipv4) if ipv4 else None,
        ipv6=parse_interface(ipv6) if ipv6 else None, dhcp=None, ra=None, dns=(), serves_dns=False, domain="", mtu=None,
        isolated=False, guarded=False, taps=Taps((), create=False, user=""), ports=(), origin=here,
    )  # fmt: skip
    return replace(base, **more)


def dhcp(first: str, last: str, *leases: tuple[str, str, str], lease: int = 3600) -> DhcpServer:
    """A DHCP server; each reservation is given as guest, MAC and address."""
    here = plans.origin("networks.dhcp")
    found = tuple(Lease(g, parse_mac(m), parse_address(a), plans.origin(f"guests.{g}")) for g, m, a in leases)
    return DhcpServer(parse_address(first), parse_address(last), lease, found, here)


def advertised(bridge: Bridge) -> Bridge:
    """The bridge with router advertisements added."""
    assert bridge.ipv6
    return replace(bridge, ra=RouterAdvertisement(bridge.ipv6.prefix, plans.origin(f"networks.{bridge.network}.ra")))


def port(name: str, tap: str, network: str) -> Port:
    """A bridge port for a guest's TAP."""
    return Port(name, tap, parse_mac(mac_of(name, network)), None, None, plans.origin(f"guests.{name}"))


def guest(name: str, *nics: Nic) -> Guest:
    """A guest with these NICs."""
    return replace(plans.guests()[0], name=name, nics=nics, origin=plans.origin(f"guests.{name}"))


def host(*bridges: Bridge, uplinks: tuple[Uplink, ...] = (), **more: Any) -> Host:
    """A host with these bridges and no policy."""
    base = replace(plans.host(), name="hv", uplinks=uplinks, bridges=bridges, nat=(), dnat_entries=(), terms=())
    return replace(base, **more)
