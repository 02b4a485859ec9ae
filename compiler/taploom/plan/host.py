"""The part of the plan for one hypervisor: uplinks, bridges with the ports of guests, routes, NAT and policy terms."""

import enum

from taploom.base.address import LINK_LOCAL, Address, Interface, Mac, Prefix
from taploom.base.frozen import dataclass
from taploom.base.names import digest
from taploom.plan.origin import Meta, Origin
from taploom.plan.policy import DnatEntry, Service, SourceNat, Term
from taploom.plan.take_up import DEFAULT, TakeUp

ETHERNET_MTU = 1500
"""MTU in bytes of a link for which the spec states none (IEEE 802.3)."""


@dataclass(frozen=True, slots=True)
class Target:
    """The versions of the tools that read the rendered files.

    Attributes:
        systemd: major version, 252 to 260.
        nftables: version as a tuple, (1, 0, 6) or later.
        nixos: release such as `25.11`.
    """

    systemd: int
    nftables: tuple[int, ...]
    nixos: str


class Learned(enum.Enum):
    """The source of an uplink address that is not static: DHCP (IPv4) or router advertisements (IPv6)."""

    DHCP = "dhcp"
    RA = "ra"


@dataclass(frozen=True, slots=True)
class Fixed:
    """An uplink's static address and its gateway.

    Attributes:
        gateway: next hop of the default route, on the link or link-local (IPv6); `ra` if router advertisements give it;
            None if there is no default route.
    """

    interface: Interface
    gateway: Address | Learned | None

    @property
    def next_hop(self) -> Address | None:
        """The next hop of the default route; None if there is none or the plan does not know it."""
        return self.gateway if isinstance(self.gateway, Address) else None


@dataclass(frozen=True, slots=True)
class Uplink:
    """An interface of the host towards a network that taploom does not manage.

    Attributes:
        ipv4: the IPv4 address, or how the uplink learns it; None if the spec states neither.
        ipv6: the same for IPv6.
        metric: metric of its default routes and of the routes from DHCP and RA; the lowest wins; None if the spec
            states none.
    """

    name: str
    zone: str
    ipv4: Fixed | Learned | None
    ipv6: Fixed | Learned | None
    dns: tuple[Address, ...]
    mtu: int | None
    origin: Origin
    metric: int | None = None

    @property
    def configured(self) -> bool:
        """Whether taploom configures the uplink: the spec states more about it than its zone.

        An uplink that taploom does not configure may have unknown addresses of either family.
        """
        return bool(self.ipv4 or self.ipv6 or self.dns or self.mtu)

    @property
    def advertised(self) -> bool:
        """Whether the uplink accepts router advertisements (RFC 4861), for an address or only for a default route."""
        return (self.ipv6.gateway if isinstance(self.ipv6, Fixed) else self.ipv6) is Learned.RA


@dataclass(frozen=True, slots=True)
class Lease:
    """A DHCP reservation: the guest with this MAC gets this address."""

    guest: str
    mac: Mac
    address: Address
    origin: Origin


@dataclass(frozen=True, slots=True)
class DhcpServer:
    """The DHCPv4 server of a bridge.

    Attributes:
        first: first address of the pool for guests without a reservation.
        last: last address of the pool, included.
        lease: lifetime in seconds.
        leases: reservations, sorted by address; they may lie outside of the pool.
    """

    first: Address
    last: Address
    lease: int
    leases: tuple[Lease, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class RouterAdvertisement:
    """Router advertisements on a bridge (RFC 4861); guests use the route and may form SLAAC addresses (RFC 4862)."""

    prefix: Prefix
    origin: Origin


@dataclass(frozen=True, slots=True)
class Port:
    """The TAP of one guest's NIC on a bridge, with the addresses that the guest may send from.

    Attributes:
        tap: interface name on the host.
        ipv4: addresses that the spoof guard lets through as sources; None if they are not known beforehand (`dhcp`).
        ipv6: the same for IPv6, without link-local addresses.
    """

    guest: str
    tap: str
    mac: Mac
    ipv4: tuple[Address, ...] | None
    ipv6: tuple[Address, ...] | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Taps:
    """How the TAPs of guests become ports of a bridge.

    Attributes:
        patterns: shell globs or exact names that the bridge's unit matches; sorted; empty if the bridge has no guest.
        create: whether the host creates the TAPs (else the guest's runner does).
        user: owner of created TAPs, or "".
    """

    patterns: tuple[str, ...]
    create: bool
    user: str


@dataclass(frozen=True, slots=True)
class Bridge:
    """The bridge that carries a network of the spec on this host.

    Attributes:
        network: name of the network.
        device: interface name of the bridge.
        zone: zone of the network.
        ipv4: the host's own address, which is the guests' gateway; None if the network has no IPv4.
        ipv6: the same for IPv6.
        dns: resolvers that DHCP and RA announce; the bridge's own addresses if the host answers DNS.
        serves_dns: whether the host itself answers DNS here, so that its input must accept queries.
        domain: search domain for guests, or "".
        mtu: MTU in bytes, or None for Ethernet's.
        isolated: whether the bridge keeps its guests from reaching each other.
        guarded: whether guests may send with their own MAC and addresses only.
        ports: sorted by TAP.
    """

    network: str
    device: str
    zone: str
    ipv4: Interface | None
    ipv6: Interface | None
    dhcp: DhcpServer | None
    ra: RouterAdvertisement | None
    dns: tuple[Address, ...]
    serves_dns: bool
    domain: str
    mtu: int | None
    isolated: bool
    guarded: bool
    taps: Taps
    ports: tuple[Port, ...]
    origin: Origin

    def mac(self, host: str) -> Mac:
        """The bridge's MAC on a host: locally administered, and the same in every rendering.

        By default, the kernel uses the lowest MAC of the ports, which changes with the guests, and networkd derives
        a MAC from the machine id. After a new installation of the host, guests would then send to the old MAC until
        their neighbour caches expire.
        """
        return Mac(int(digest(f"bridge {host} {self.network}", 12), 16) & ~(0x03 << 40) | 0x02 << 40)

    def link_local(self, host: str) -> Address | None:
        """The link-local address from which the bridge sends router advertisements; guests use it as their next hop.

        It follows from the MAC (EUI-64), as taploom's units have neither `IPv6LinkLocalAddressGenerationMode=` nor
        `IPv6StableSecretAddress=` (systemd.network(5)). None if the network has no IPv6.
        """
        return self.mac(host).eui64(LINK_LOCAL) if self.ipv6 else None


@dataclass(frozen=True, slots=True)
class Route:
    """A static route of the host.

    Attributes:
        device: the uplink or bridge whose link holds the next hop.
        metric: metric of the route, the lowest wins; None for the kernel's default.
    """

    name: str
    to: Prefix
    via: Address
    device: str
    metric: int | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Remote:
    """A prefix that is not on a bridge of this host, and the uplinks through which it may be reached.

    A packet with a source address in the prefix is accepted from these uplinks only. All routes with the
    longest matching prefix count, whatever their metrics (feasible paths, RFC 3704, 2.3): the packet can come by
    any of them. The prefixes of fixed addresses of uplinks count as routes; addresses that DHCP, RA or something else
    gives an uplink are not known.

    Attributes:
        prefix: a prefix all of whose addresses take the same routes of the host.
        uplinks: sorted; all uplinks if only a default route may lead to the prefix, none if its route uses a bridge.
    """

    prefix: Prefix
    uplinks: tuple[str, ...]


class Input(enum.Enum):
    """The filter of packets to the host itself: taploom's (managed), or the host's own firewall (foreign)."""

    MANAGED = "managed"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Host:
    """One hypervisor: all that backends need to render its files.

    Attributes:
        management: services by which the operator reaches the host.
        uplinks: sorted by name.
        bridges: sorted by network.
        routes: sorted by name.
        site_prefixes: all prefixes of the site's networks, on this host or another; NAT never applies between them.
        remotes: site prefixes and fixed addresses of other hosts that are not on a bridge here; sorted, disjoint.
        reverse_paths: prefixes of links and routes, inside or outside the site, whose packets only some uplinks accept;
            sorted, disjoint.
        nat: sorted by network, family, uplink.
        dnat_entries: forwards that this host translates, sorted by forward, family, protocol, port.
        terms: the parts of the policy that this host enforces, sorted by policy entry, sides and family.
        take_up: how the host takes up a new bundle.
    """

    name: str
    target: Target
    input: Input
    management: tuple[Service, ...]
    uplinks: tuple[Uplink, ...]
    bridges: tuple[Bridge, ...]
    routes: tuple[Route, ...]
    site_prefixes: tuple[Prefix, ...]
    remotes: tuple[Remote, ...]
    reverse_paths: tuple[Remote, ...]
    nat: tuple[SourceNat, ...]
    dnat_entries: tuple[DnatEntry, ...]
    terms: tuple[Term, ...]
    meta: Meta
    origin: Origin
    take_up: TakeUp = DEFAULT

    @property
    def remote_prefixes(self) -> tuple[Prefix, ...]:
        """The prefix of each of the `remotes`."""
        return tuple(remote.prefix for remote in self.remotes)
