"""The interfaces of a host, in one form for every kind of interface.

Code that asks where packets may come in, which addresses a host has, or which zone is beyond a device, uses this module
and so handles a new kind of interface without a change. The module states facts of the plan and draws no conclusions:
the proof and the lab, for example, compute separately which senders an interface accepts, since a fault in shared code
would be in both. Code about a single kind, such as the unit of a bridge or its ports, uses the plan's own objects.
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
    """An object with uplinks and bridges: a host of the plan, or the equipment of a host in a pass.

    Its class has no slots, because `memo` stores results in the object.
    """

    @property
    def uplinks(self) -> tuple[Uplink, ...]: ...  # noqa: D102
    @property
    def bridges(self) -> tuple[Bridge, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class HostInterface:
    """One interface of a host; `interfaces` gives the same objects whenever it is called for the same host.

    Attributes:
        device: interface name.
        zone: zone beyond the interface.
        network: network of the host's guests beyond the interface; "" for an outside interface.
        ipv4: the host's fixed address there, or how the address is learned; None if there is none or it is not known.
        ipv6: the same for IPv6.
        kind: the plan's object, whose type is the kind of interface.
        configured: whether a unit of taploom configures it; if not, it may have any address.
        advertised: whether the host accepts router advertisements there (RFC 4861).
        metric: metric of its default routes, or None.
        mtu: MTU in bytes, or None for the default of the link.
        dns: resolvers of the guests there; for an outside interface, resolvers of the host.
        dhcp: the DHCPv4 server of the host there, or None.
        ra: the router advertisements that the host sends there, or None.
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
        """The host's fixed address there, with the prefix of the link; None if it has none in this family."""
        side = in_family(self, family)
        return side.interface if isinstance(side, Fixed) else None

    @property
    def fixed(self) -> tuple[Interface, ...]:
        """The host's fixed addresses there in both families, IPv4 first."""
        return tuple(side.interface for side in (self.ipv4, self.ipv6) if isinstance(side, Fixed))


@memo
def interfaces(host: Equipped) -> tuple[HostInterface, ...]:
    """All interfaces of a host that the spec knows: first the result of `inside`, then the result of `outside`."""
    return (*inside(host), *outside(host))


@memo
def inside(host: Equipped) -> tuple[HostInterface, ...]:
    """The interfaces to networks of the host's guests, in the plan's order."""
    return tuple(interface for interface in map(_view, _kinds(host)) if interface.network)


@memo
def outside(host: Equipped) -> tuple[HostInterface, ...]:
    """The interfaces to other hosts or the internet, in the plan's order."""
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
    """The prefixes of a host's `remotes` that are reached through an interface of a zone."""
    there = {interface.device for interface in outside(host) if interface.zone == zone}
    return tuple(remote.prefix for remote in host.remotes if not there.isdisjoint(remote.uplinks))


def within(host: Equipped, prefixes: Iterable[Prefix]) -> tuple[Address, ...]:
    """The fixed addresses of a host's outside interfaces that lie in the given prefixes of one network, sorted.

    Such an address has length /32 or /128, so that the outside link has no prefix. Guests of the network treat it as
    on-link.
    """
    own = tuple(prefixes)
    found = (part.address for interface in outside(host) for part in interface.fixed)
    return tuple(sorted(address for address in found if any(address in prefix for prefix in own)))
