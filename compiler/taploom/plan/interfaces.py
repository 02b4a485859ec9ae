"""The interfaces of a host, in one form for every kind of interface.

Code that asks where packets may come in, which addresses a host has, or what is beyond a device, uses this module. Such
code handles a new kind as soon as this module has it. The module has facts of the plan and draws no conclusions from
them: each witness, for example, works out by itself which senders an interface accepts, as shared code would be a
shared fault. Code about a single kind, such as the unit of a bridge or its ports, uses the plan's own objects.
"""

from collections.abc import Iterable
from typing import Protocol, assert_never

from taploom.base.address import Address, Family, Interface, Prefix, in_family
from taploom.base.frozen import dataclass
from taploom.base.memo import memo
from taploom.plan.host import Bridge, DhcpServer, Fixed, Host, Learned, Port, RouterAdvertisement, Uplink
from taploom.plan.origin import Origin

InterfaceKind = Uplink | Bridge
"""The plan's objects that are interfaces of a host."""


class Equipped(Protocol):
    """A host, or the equipment of a host in a pass. Its class has no slots, as `memo` keeps results in the object."""

    @property
    def uplinks(self) -> tuple[Uplink, ...]: ...  # noqa: D102
    @property
    def bridges(self) -> tuple[Bridge, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class HostInterface:
    """One interface of a host; it is the same object whenever the same host is asked.

    Attributes:
        device: interface name.
        zone: zone of what is beyond it.
        network: the network of this host that is beyond it, with its guests; "" for an outside interface.
        ipv4: the host's fixed address there, or how the address is learned; None without an address or if not known.
        ipv6: the same for IPv6.
        kind: the plan's object, whose type is the kind of interface.
        configured: whether a unit of ours configures it; else it may have any address, which somebody else gives it.
        advertised: whether the host hears router advertisements there (RFC 4861).
        metric: of its default routes, or None.
        mtu: in bytes, or None for what the link has.
        dns: resolvers of the guests there; for an outside interface, resolvers of the host.
        dhcp: DHCPv4 that the host serves there.
        ra: router advertisements that the host sends there.
        serves_dns: whether the host answers DNS there.
        isolated: whether the guests there do not reach each other.
        ports: the NICs of guests there, sorted by TAP.
    """

    device: str
    zone: str
    network: str
    ipv4: Fixed | Learned | None
    ipv6: Fixed | Learned | None
    kind: InterfaceKind
    origin: Origin
    configured: bool = True
    advertised: bool = False
    metric: int | None = None
    mtu: int | None = None
    dns: tuple[Address, ...] = ()
    dhcp: DhcpServer | None = None
    ra: RouterAdvertisement | None = None
    serves_dns: bool = False
    isolated: bool = False
    ports: tuple[Port, ...] = ()

    def own(self, family: Family) -> Interface | None:
        """The host's fixed address there, with the prefix of the link."""
        side = in_family(self, family)
        return side.interface if isinstance(side, Fixed) else None

    @property
    def fixed(self) -> tuple[Interface, ...]:
        """The host's fixed addresses there in both families, IPv4 first."""
        return tuple(side.interface for side in (self.ipv4, self.ipv6) if isinstance(side, Fixed))


@memo
def interfaces(host: Equipped) -> tuple[HostInterface, ...]:
    """All interfaces of a host that the spec knows: first those of `inside`, then those of `outside`."""
    return (*inside(host), *outside(host))


@memo
def inside(host: Equipped) -> tuple[HostInterface, ...]:
    """The interfaces with a network of the host beyond them, in the plan's order."""
    return tuple(interface for interface in map(_view, _kinds(host)) if interface.network)


@memo
def outside(host: Equipped) -> tuple[HostInterface, ...]:
    """The interfaces with a zone beyond them, which may have other hosts or the internet in it, in the plan's order."""
    return tuple(interface for interface in map(_view, _kinds(host)) if not interface.network)


def _kinds(host: Equipped) -> tuple[InterfaceKind, ...]:
    return (*host.bridges, *host.uplinks)


def _view(kind: InterfaceKind) -> HostInterface:
    match kind:
        case Uplink():
            return HostInterface(
                kind.name,
                kind.zone,
                "",
                kind.ipv4,
                kind.ipv6,
                kind,
                kind.origin,
                configured=kind.configured,
                advertised=kind.advertised,
                metric=kind.metric,
                mtu=kind.mtu,
                dns=kind.dns,
            )
        case Bridge():
            return HostInterface(
                kind.device,
                kind.zone,
                kind.network,
                Fixed(kind.ipv4, None) if kind.ipv4 else None,
                Fixed(kind.ipv6, None) if kind.ipv6 else None,
                kind,
                kind.origin,
                mtu=kind.mtu,
                dns=kind.dns,
                dhcp=kind.dhcp,
                ra=kind.ra,
                serves_dns=kind.serves_dns,
                isolated=kind.isolated,
                ports=kind.ports,
            )
        case _:
            assert_never(kind)


def remote_behind(host: Host, zone: str) -> tuple[Prefix, ...]:
    """The prefixes of a host's `remotes` that are behind some interface of a zone."""
    there = {interface.device for interface in outside(host) if interface.zone == zone}
    return tuple(remote.prefix for remote in host.remotes if not there.isdisjoint(remote.uplinks))


def within(host: Equipped, prefixes: Iterable[Prefix]) -> tuple[Address, ...]:
    """The fixed addresses of a host's outside interfaces that lie in the given prefixes of one network, sorted.

    They are single addresses (/32, /128), so that the outside link has no prefix. Guests take them for neighbours.
    """
    own = tuple(prefixes)
    found = (part.address for interface in outside(host) for part in interface.fixed)
    return tuple(sorted(address for address in found if any(address in prefix for prefix in own)))
