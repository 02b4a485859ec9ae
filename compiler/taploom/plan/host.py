"""The part of the plan for one hypervisor: uplinks, bridges with the ports of guests, routes, NAT and terms."""

import enum

from taploom.base.address import LINK_LOCAL, Address, Interface, Mac, Prefix
from taploom.base.frozen import dataclass
from taploom.base.names import digest
from taploom.plan.origin import Meta, Origin
from taploom.plan.policy import DnatEntry, Service, SourceNat, Term
from taploom.plan.take_up import DEFAULT, TakeUp

ETHERNET_MTU = 1500
"""MTU in bytes of a link for which the spec has none (IEEE 802.3)."""


@dataclass(frozen=True, slots=True)
class Target:
    """The versions of the tools that will read what is rendered.

    Attributes:
        systemd: major version, 252 to 260.
        nftables: version as numbers, (1, 0, 6) and later.
        nixos: release such as `25.11`.
    """

    systemd: int
    nftables: tuple[int, ...]
    nixos: str


class Learned(enum.Enum):
    """An uplink's address that the network outside gives: by DHCP (IPv4) or by router advertisement (IPv6)."""

    DHCP = "dhcp"
    RA = "ra"


@dataclass(frozen=True, slots=True)
class Fixed:
    """An uplink's static address and its gateway.

    Attributes:
        gateway: next hop of the default route; on the link, or link-local for IPv6; `ra` where router advertisements
            give it; None where there is none.
    """

    interface: Interface
    gateway: Address | Learned | None

    @property
    def next_hop(self) -> Address | None:
        """The next hop of the default route where the plan knows it."""
        return self.gateway if isinstance(self.gateway, Address) else None


@dataclass(frozen=True, slots=True)
class Uplink:
    """An interface of the host towards what taploom does not manage. A family that is None is not used.

    Attributes:
        metric: metric of the routes that its gateways, DHCP or RA bring; the lowest wins; None where the spec has none.
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
        """Whether the spec says more about the uplink than its zone; else taploom does not configure the uplink.

        An uplink that is not configured may have addresses of either family, which are not known beforehand.
        """
        return bool(self.ipv4 or self.ipv6 or self.dns or self.mtu)

    @property
    def advertised(self) -> bool:
        """Whether the uplink takes router advertisements (RFC 4861), for its address or only for its default route."""
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
    """DHCPv4 on a bridge.

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
    """Router advertisements on a bridge (RFC 4861); guests take the route and may form SLAAC addresses (RFC 4862)."""

    prefix: Prefix
    origin: Origin


@dataclass(frozen=True, slots=True)
class Port:
    """The TAP of one guest's NIC on a bridge, with the addresses that the guest may send from.

    Attributes:
        tap: interface name on the host.
        ipv4: addresses that the spoof guard lets through as sources; None where they are not known beforehand (`dhcp`).
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
    """How TAPs get onto a bridge.

    Attributes:
        patterns: shell globs or exact names that the bridge's unit matches; sorted; empty where no guest is.
        create: whether the host creates the TAPs (else the guest's runner does).
        user: owner of created TAPs, or "".
    """

    patterns: tuple[str, ...]
    create: bool
    user: str


@dataclass(frozen=True, slots=True)
class Bridge:
    """A network of the spec as it is on this host.

    Attributes:
        network: name of the network.
        device: interface name of the bridge.
        zone: zone of the network.
        ipv4: the host's own address, which is the guests' gateway; None where the network has no IPv4.
        ipv6: the same for IPv6.
        dns: resolvers that DHCP and RA announce; the bridge's own addresses where the host answers.
        serves_dns: whether the host itself answers DNS here, so that its input must accept queries.
        domain: search domain for guests, or "".
        mtu: in bytes, or None for Ethernet's.
        isolated: guests do not reach each other on the bridge.
        guarded: guests send with their own MAC and addresses only.
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

        The kernel would choose the lowest address of its ports, which changes with the guests. networkd would
        derive it from the machine id, so that after a new installation of the host the guests would send to the old
        address until their caches expire.
        """
        return Mac(int(digest(f"bridge {host} {self.network}", 12), 16) & ~(0x03 << 40) | 0x02 << 40)

    def link_local(self, host: str) -> Address | None:
        """The link-local address from which the bridge sends router advertisements; guests have it as next hop.

        It follows from the MAC (EUI-64), as taploom's units have neither `IPv6LinkLocalAddressGenerationMode=` nor
        `IPv6StableSecretAddress=` (systemd.network(5)). None if the network has no IPv6.
        """
        return self.mac(host).eui64(LINK_LOCAL) if self.ipv6 else None


@dataclass(frozen=True, slots=True)
class Route:
    """A static route of the host.

    Attributes:
        device: the uplink or bridge whose link holds the next hop.
        metric: priority, lower wins; None for the kernel's default.
    """

    name: str
    to: Prefix
    via: Address
    device: str
    metric: int | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Remote:
    """Addresses that are not on a bridge of this host, and the uplinks behind which they are.

    A packet with such a source address is accepted from these uplinks and from no other. All routes of the longest
    prefix count, whatever their metric (feasible paths, RFC 3704, 2.3), as the sender may use any of these routes. The
    prefixes of fixed addresses of uplinks count as routes; addresses that DHCP, RA or something else gives an uplink
    are not known.

    Attributes:
        prefix: a prefix all of whose addresses take the same routes of the host.
        uplinks: sorted; all uplinks if only a default route may lead to the prefix, none if its route uses a bridge.
    """

    prefix: Prefix
    uplinks: tuple[str, ...]


class Input(enum.Enum):
    """Who filters what enters the host: taploom, or the host's own firewall."""

    MANAGED = "managed"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Host:
    """One hypervisor, whole: what its backends need and nothing of other hosts.

    Attributes:
        management: services by which its owner reaches it; no plan may close all of them.
        uplinks: sorted by name.
        bridges: sorted by network.
        routes: sorted by name.
        site_prefixes: all prefixes of the site's networks, here and elsewhere: between these NAT never applies.
        remotes: site prefixes and fixed addresses of other hosts that are not on a bridge here; sorted, disjoint.
        reverse_paths: prefixes of links and routes, of the site or not, from which packets may come in by some uplinks
            only; sorted, disjoint.
        nat: sorted by network, family, uplink.
        dnat_entries: forwards that this host translates, sorted by forward, family, protocol, port.
        terms: the parts of the policy that this host enforces, sorted by policy entry, sides and family.
        take_up: how it takes a new bundle up.
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
        """The prefixes of `remotes`."""
        return tuple(remote.prefix for remote in self.remotes)
