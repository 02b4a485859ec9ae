"""Fourth pass: makes each host's uplinks, bridges with ports and servers, routes and NAT, but not its policy."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from taploom.base.address import FAMILIES, Address, Interface, Prefix, in_family
from taploom.base.frozen import dataclass
from taploom.passes.naming import bridge_name
from taploom.passes.pools import pool_of
from taploom.passes.wire import PASS, Wiring, dns_of
from taploom.plan.guest import Guest, Mode, Nic, NicAddress
from taploom.plan.host import (
    Bridge,
    DhcpServer,
    Fixed,
    Learned,
    Lease,
    Port,
    Route,
    RouterAdvertisement,
    Taps,
    Uplink,
)
from taploom.plan.interfaces import Equipped, HostInterface, inside, outside
from taploom.plan.origin import Origin
from taploom.plan.policy import NatKind, SourceNat
from taploom.spec.document import Document
from taploom.spec.model.host import AttachmentSpec, UplinkSpec
from taploom.spec.model.network import DhcpSpec, NatSpec, NetworkSpec
from taploom.spec.values import Keyword


@dataclass(frozen=True)
class Equipment:
    """The part of a host that does not depend on policy."""

    uplinks: tuple[Uplink, ...]
    bridges: tuple[Bridge, ...]
    routes: tuple[Route, ...]
    nat: tuple[SourceNat, ...]


def equip(document: Document, wiring: Wiring) -> Mapping[str, Equipment]:
    """The equipment of every host, by name."""
    nics: dict[str, list[tuple[Guest, Nic]]] = {}
    for guest in wiring.guests:
        for nic in guest.nics:
            nics.setdefault(nic.network, []).append((guest, nic))
    return {name: _equipment(document, wiring, name, nics) for name in sorted(document.hosts)}


def _equipment(document: Document, wiring: Wiring, host: str, nics: Mapping[str, list[tuple[Guest, Nic]]]) -> Equipment:
    spec = document.hosts[host]
    uplinks = tuple(_uplink(document, host, name, uplink) for name, uplink in sorted(spec.uplinks.items()))
    bridges = tuple(
        _bridge(document, host, network, attachment, nics.get(network, ()))
        for network, attachment in sorted(spec.networks.items())
        if wiring.carriers[network] == host
    )
    own = Equipment(uplinks, bridges, (), ())
    nat = tuple(one for interface in inside(own) for one in _nat(document, interface, outside(own)))
    return replace(own, routes=_routes(document, host, own), nat=nat)


def _uplink(document: Document, host: str, name: str, spec: UplinkSpec) -> Uplink:
    origin = Origin(f"hosts.{host}.uplinks.{name}", document.places.key("hosts", host, "uplinks", name), PASS)
    ipv4 = _side(spec.ipv4, spec.gateway4, Learned.DHCP)
    gateway6 = Learned.RA if isinstance(spec.gateway6, Keyword) else spec.gateway6
    ipv6 = _side(spec.ipv6, gateway6, Learned.RA)
    return Uplink(name, spec.zone, ipv4, ipv6, tuple(sorted(set(spec.dns))), spec.mtu, origin, spec.metric)


def _side(
    value: Interface | Keyword | None, gateway: Address | Learned | None, learned: Learned
) -> Fixed | Learned | None:
    if isinstance(value, Interface):
        return Fixed(value, gateway)
    return None if value is None else learned


def _bridge(
    document: Document,
    host: str,
    name: str,
    attachment: AttachmentSpec,
    nics: Iterable[tuple[Guest, Nic]],
) -> Bridge:
    network = document.networks[name]
    origin = Origin(f"networks.{name}", document.places.key("networks", name), PASS)
    here = Origin(f"hosts.{host}.networks.{name}", document.places.key("hosts", host, "networks", name), PASS)
    ports = tuple(sorted((_port(guest, nic) for guest, nic in nics), key=lambda port: port.tap))
    ra = RouterAdvertisement(network.ipv6.prefix, origin) if network.ra and network.ipv6 else None
    return Bridge(
        network=name,
        device=attachment.bridge or bridge_name(name),
        zone=network.zone or name,
        ipv4=network.ipv4,
        ipv6=network.ipv6,
        dhcp=_dhcp(network, nics, origin),
        ra=ra,
        dns=dns_of(network),
        serves_dns=Keyword.HOST in network.dns,
        domain=network.domain or document.site.domain,
        mtu=network.mtu,
        isolated=network.isolated,
        guarded=network.spoof_guard,
        taps=_taps(attachment, ports),
        ports=ports,
        origin=here,
    )


def _taps(attachment: AttachmentSpec, ports: tuple[Port, ...]) -> Taps:
    patterns = tuple(sorted(set(attachment.taps))) or tuple(port.tap for port in ports)
    return Taps(patterns, attachment.create_taps, attachment.tap_user)


def _port(guest: Guest, nic: Nic) -> Port:
    return Port(guest.name, nic.tap, nic.mac, _sources(nic.ipv4), _sources(nic.ipv6), nic.origin)


def _sources(address: NicAddress) -> tuple[Address, ...] | None:
    if address.mode is Mode.DHCP:
        return None
    return () if address.address is None else (address.address,)


def _dhcp(network: NetworkSpec, nics: Iterable[tuple[Guest, Nic]], origin: Origin) -> DhcpServer | None:
    pool = pool_of(network)
    if pool is None or not isinstance(network.dhcp, DhcpSpec):
        return None
    leases = [
        Lease(guest.name, nic.mac, nic.ipv4.address, nic.origin)
        for guest, nic in nics
        if nic.ipv4.mode is Mode.RESERVED and nic.ipv4.address is not None
    ]
    ordered = tuple(sorted(leases, key=lambda lease: (lease.address, lease.guest)))
    return DhcpServer(pool.first, pool.last, network.dhcp.lease, ordered, origin)


def _nat(document: Document, here: HostInterface, ways: tuple[HostInterface, ...]) -> Iterable[SourceNat]:
    nat: NatSpec = document.networks[here.network].nat
    origin = Origin(f"networks.{here.network}.nat", document.places.key("networks", here.network, "nat"), PASS)
    for family in FAMILIES:
        own = here.own(family)
        wish: Keyword | Prefix = in_family(nat, family)
        if own is None or wish is Keyword.OFF:
            continue
        for way in ways:
            side = in_family(way, family)
            if side is not None or not way.configured:
                kind, to = _translation(wish, side)
                yield SourceNat(here.network, family, own.prefix, way.device, kind, to, origin)


def _translation(wish: Keyword | Prefix, side: Fixed | Learned | None) -> tuple[NatKind, Prefix | None]:
    """The kind of NAT, and the prefix or address that sources become.

    An uplink with a fixed address gets SNAT: a masquerade would lose its connections whenever networkd refreshes the
    address.
    """
    if isinstance(wish, Prefix):
        return NatKind.PREFIX, wish
    if isinstance(side, Fixed):
        return NatKind.SNAT, side.interface.address.prefix
    return NatKind.MASQUERADE, None


def _routes(document: Document, host: str, own: Equipment) -> tuple[Route, ...]:
    found = []
    for name, spec in sorted(document.hosts[host].routes.items()):
        device = device_of(spec.via, own)
        origin = Origin(f"hosts.{host}.routes.{name}", document.places.key("hosts", host, "routes", name), PASS)
        found.append(Route(name, spec.to, spec.via, device, spec.metric, origin))
    return tuple(found)


def device_of(via: Address, host: Equipped) -> str:
    """The interface whose link has the next hop; else the only uplink with a learned address; else ""."""
    for interface in (*outside(host), *inside(host)):
        own = interface.own(via.family)
        if own is not None and via in own.prefix:
            return interface.device
    learned = [i.device for i in outside(host) if isinstance(in_family(i, via.family), Learned)]
    return learned[0] if len(learned) == 1 else ""
